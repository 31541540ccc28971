"""The bulk door: rows of the standard validated, sealed and stored in one transaction: `python -m bench.door --rows 10000`."""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, clock, machine, say
from bench.pages import _wake

EVALUATE_VIEWS = "repere.cases.jobs.evaluate_views"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--evaluated", type=int, default=1_000, help="How many of the files are evaluated afterwards, measured apart.")
    options.add_argument("--home", type=Path, default=ROOT / "var" / "bench-door")
    chosen = options.parse_args()
    os.environ |= {"REPERE_HOME": str(chosen.home), "REPERE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    _wake()

    from repere.accounts.actor import Actor
    from repere.accounts.models import Membership
    from repere.cases.exchange import importing, reading
    from repere.demo import filling
    from repere.web.installation import migrate

    migrate()
    now = datetime.now(UTC)
    if not Membership.objects.current().exists():
        filling.fill(persons=50, seed=1, now=now)
    acting = Membership.objects.current().get(user__email="case.worker@atalante.demo.example").actor()
    result: dict[str, Any] = {"machine": machine(), "rows": chosen.rows}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        _write(path, chosen.rows)
        with clock(result, "read_and_checked"):
            importing.check_rows(reading.rows(path))
        with clock(result, "whole"):
            done = importing.import_file(path, acting=acting, now=now)
    assert done.written, done.mistakes[:3]
    result |= {"facts": done.facts, "rows_per_second": round(chosen.rows / result["whole"])}
    views = _waiting_for_evaluation()[: chosen.evaluated]
    with clock(result, "evaluated"):
        changed = filling.evaluate(views, acting=Actor.system("evaluate", organisation_id=acting.organisation_id), now=now)
    assert changed, "nothing was evaluated"
    result |= {"views": len(views), "views_per_second": round(len(views) / result["evaluated"])}
    say(result)


def _waiting_for_evaluation() -> list[str]:
    """Views of the newest import, from the jobs that it left to the worker."""
    from repere.web import database

    asked = "SELECT args -> 'view_ids' FROM procrastinate_jobs WHERE task_name = %s ORDER BY id DESC"
    with database.admin_connection(database.NAME) as admin:
        return [view for (views,) in admin.execute(asked, [EVALUATE_VIEWS]).fetchall() for view in views]


FORMS = ("SexualExploitation", "ForcedLabour", "Servitude;ForcedLabour", "ForcedBegging", "Other")


def _write(path: Path, rows: int) -> None:
    """Rows as a helpline exports them: a score of the 84 fields filled."""
    run = int(time.time())
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(
            (
                "prs_FirstName",
                "prs_SecondName",
                "prs_Birthdate",
                "prs_Gender",
                "prs_Citizenship",
                "prs_PrimaryLanguage",
                "prs_MobilePhone",
                "vic_TraffickingStatus",
                "vic_TraffickingStatusDecisionMakingOrg",
                "vic_AgeWhenTrafficked",
                "vic_MethodOfRecruitment",
                "vic_MethodsOfControl",
                "vic_TypeOfExploitation",
                "vic_ForcedLabourIndustry",
                "cas_Status",
                "cas_CaseOwner",
                "cas_ReferringOrganisation",
                "cas_IncomingReferralDate",
                "cas_ReasonForIncomingReferral",
                "cco_CaseComment",
                "con_Consent",
            )
        )
        for i in range(rows):
            table.writerow(
                (
                    f"Étoile {i}",
                    f"Du Vent {run}",
                    f"{1970 + i % 45}-0{1 + i % 9}-1{i % 9}",
                    "Feminine" if i % 4 else "Masculine",
                    "NGA;FRA" if i % 7 == 0 else "NG",
                    "eng",
                    f"+3363998{i % 10000:04d}",
                    "PossibleVictimOfTrafficking",
                    "NGO",
                    str(12 + i % 30),
                    "ThroughFriendsOrSocialEvents",
                    "DebtBondage;FalsePromises",
                    FORMS[i % 5],
                    "F_Construction",
                    "Active",
                    "équipe",
                    "ligne d'écoute",
                    f"2026-0{1 + i % 9}-0{1 + i % 9}",
                    "Other",
                    f"Commentaire inventé n° {i}.",
                    "true" if i % 3 else "",
                )
            )


if __name__ == "__main__":
    main()
