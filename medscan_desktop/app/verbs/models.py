"""`medscan models` and `medscan run`: the models at hand, and running one."""

import argparse
import subprocess
import sys

from medscan_desktop.app.build import models_folder
from medscan_desktop.app.printing import Printer, Row, told
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.app.verbs.findings import print_finding
from medscan_desktop.domain.errors import NotAllowed
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.inference.card import Card
from medscan_desktop.persistence.home import Home
from medscan_desktop.services.models import list_models, run_model, verify_models
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    models = add.group("models", "the models at hand")
    models.verb("list", _list, "list them")
    models.verb("verify", _verify, "hold their files to the hashes of their cards")
    models.outside("install", _install, "make the ONNX files that are missing")
    run = add.verb("run", _run, "run a model on a series")
    run.add_argument("model", metavar="MODEL")
    run.add_argument("--series", required=True, metavar="UID")


def _list(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    return printer.rows([_model_row(card) for card in workstation.answer(list_models)], "No model.")


def _verify(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    """1 where any model's files are not what its card says."""
    rows = workstation.answer(verify_models)
    printer.rows([{**_model_row(row.card), "problem": row.problem} for row in rows], "No model.")
    return told([f"{row.card.id}: {row.problem}" for row in rows if row.problem])


def _install(_home: Home, _options: argparse.Namespace, _printer: Printer) -> int:
    recipe = models_folder() / "build.py"
    if not recipe.exists():
        raise NotAllowed("This installation brings its models with it; there is nothing to install.")
    return int(bool(subprocess.run([sys.executable, str(recipe)], check=False).returncode))


def _run(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    finding = workstation.answer(run_model, model_id=options.model, series_instance_uid=SeriesUid(options.series))
    return print_finding(printer, finding)


def _model_row(card: Card) -> Row:
    """A model as a program reads it."""
    return {
        "id": card.id,
        "version": card.version,
        "name": card.name,
        "modalities": list(card.modalities),
        "task": card.task,
        "sha256": card.sha256,
        "licence": card.licence,
    }
