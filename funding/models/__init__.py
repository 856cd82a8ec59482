"""With what money: quota, bonds, central plans; the accounts of projects with them, the entries that are never
edited, and the papers a project shows for bond money."""

from funding.models.accounts import FundAccount, FundEntry, UseAdjustment
from funding.models.bonds import Bond, BondCode, BondIssue, QuotaBatch, QuotaDraw
from funding.models.central import CentralPlan
from funding.models.dossiers import Dossier, DossierPaper, IncomeSource, PaperFile
from funding.models.posted import PostedRowError

__all__ = [
    "Bond",
    "BondCode",
    "BondIssue",
    "CentralPlan",
    "Dossier",
    "DossierPaper",
    "FundAccount",
    "FundEntry",
    "IncomeSource",
    "PaperFile",
    "PostedRowError",
    "QuotaBatch",
    "QuotaDraw",
    "UseAdjustment",
]
