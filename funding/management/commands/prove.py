"""`manage.py prove`: every sum of the ledger added up again, with zero tolerance. Exit 1, and the sums that fail, where one does not hold."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from funding.proof_words import in_words
from funding.proofs import Proof, prove
from projects.measures import plain_text


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
