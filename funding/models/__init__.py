"""With what money: quota, bonds, central plans; the accounts of projects with them, the entries that are never edited, the papers a
project shows for bond money, and what each project is planned to be paid from, in which year."""

from funding.models.accounts import FundAccount, FundEntry, UseAdjustment
from funding.models.bonds import Bond, BondCode, BondIssue, QuotaBatch, QuotaDraw, Redemption
from funding.models.central import CentralPlan
from funding.models.dossiers import Dossier, DossierPaper, IncomeSource, PaperFile
from funding.models.finance import FinanceLine, FinancePlan
from funding.models.posted import PostedRowError
from funding.models.rolling import RollingEntry, RollingLine, RollingPlan

__all__ = [
    "Bond",
    "BondCode",
    "BondIssue",
    "CentralPlan",
    "Dossier",
    "DossierPaper",
    "FinanceLine",
    "FinancePlan",
    "FundAccount",
    "FundEntry",
    "IncomeSource",
    "PaperFile",
    "PostedRowError",
    "QuotaBatch",
    "QuotaDraw",
    "Redemption",
    "RollingEntry",
    "RollingLine",
    "RollingPlan",
    "UseAdjustment",
]
