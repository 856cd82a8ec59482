"""`manage.py prove`: every sum of the ledger added up again, with zero tolerance. Exit 1, and the sums that fail, where one does not hold."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from funding.proofs import Proof, prove
from projects.measures import plain_text

# Code of a proof → its equation in words: the whole, and what its parts are.
WORDS: dict[str, str] = {
    "approved": "额度 {whole} = 已发行 {0} + 未发行 {1}",
    "issued": "已发行 {whole} = 各债券使用 {0}",
    "drawn": "新增发行额 {whole} = 使用额度 {0}",
    "allocated": "发行额 {whole} = 已分配 {0} + 未分配 {1}",
    "decomposed": "下达 {whole} = 已分解 {0} + 未分解 {1}",
    "accounts": "已分配 {whole} = 各项目合计 {0}",
    "assigned": "分配 {whole} = 已拨付 {0} + 未拨付 {1}",
    "transferred": "拨付 {whole} = 已支出 {0} + 未支出 {1}",
    "entries_assign": "分配 {whole} = 流水合计 {0}",
    "entries_capital": "资本金 {whole} = 流水合计 {0}",
    "entries_arrive": "拨付 {whole} = 流水合计 {0}",
    "entries_pay": "支出 {whole} = 流水合计 {0}",
    "entries_complete": "完成 {whole} = 流水合计 {0}",
}


def in_words(proof: Proof) -> str:
    """The equation with its figures in 万元."""
    return WORDS[proof.code].format(*(_grouped(part) for part in proof.parts_wan), whole=_grouped(proof.whole_wan))


def _grouped(amount: Decimal) -> str:
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Command(BaseCommand):
    help = "Add up every sum of the funding ledger again (万元, zero tolerance). Exit 1 with the sums that do not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text for people (default), or one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        proofs = list(prove())
        failed = [proof for proof in proofs if not proof.holds]
        if options["format"] == "json":
            self.stdout.write(json.dumps([_row(proof) for proof in proofs], ensure_ascii=False, indent=1))
        else:
            for proof in proofs:
                self.stdout.write(f"{'✓' if proof.holds else '✕'} {proof.name}：{in_words(proof)}")
            self.stdout.write(f"核对{len(proofs)}项，{len(failed)}项不平 / {len(proofs)} sums, {len(failed)} do not hold")
        if failed:
            raise CommandError(f"{len(failed)}项不平 / {len(failed)} sums do not hold", returncode=1)


def _row(proof: Proof) -> dict[str, Any]:
    parts = [plain_text(part) for part in proof.parts_wan]
    return {
        "kind": proof.kind,
        "id": proof.key,
        "name": proof.name,
        "sum": proof.code,
        "whole": plain_text(proof.whole_wan),
        "parts": parts,
        "holds": proof.holds,
    }
