"""With what money: quota, bonds, central plans; the accounts of projects with them, and the entries that are never edited."""

from funding.models.accounts import FundAccount, FundEntry, UseAdjustment
from funding.models.bonds import Bond, BondCode, BondIssue, QuotaBatch, QuotaDraw
from funding.models.central import CentralPlan
from funding.models.posted import PostedRowError

__all__ = [
    "Bond",
    "BondCode",
    "BondIssue",
    "CentralPlan",
    "FundAccount",
    "FundEntry",
    "PostedRowError",
    "QuotaBatch",
    "QuotaDraw",
    "UseAdjustment",
]
