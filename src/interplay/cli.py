"""The command line: each subcommand calls one verb; heavy imports happen inside the subcommand."""

import gc
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from interplay.errors import InterplayError

if TYPE_CHECKING:
    from interplay.auditing.gate import Profile

app = typer.Typer(
    help="Audit what every trust intervention does to every other aspect of trust, on your own data and model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # read once, when numpy is first imported; a second thread only costs time

StudyPath = Annotated[Path, typer.Argument(help="The study file (TOML).")]
RunsPath = Annotated[Path, typer.Option(help="The folder for run folders.")]
Device = Annotated[str, typer.Option(help="Where to compute: auto, cpu or gpu.")]
Memory = Annotated[float | None, typer.Option(help="The most memory the run may take, in GB.", min=0.001)]


@app.command()
def init(
    data: Annotated[Path, typer.Argument(help="A CSV or Parquet file.")],
    label: Annotated[str, typer.Option(help="The column to predict.")],
    groups: Annotated[str, typer.Option(help="Sensitive attributes, separated by commas.")] = "",
    favourable: Annotated[str, typer.Option(help="The label value that a person hopes for.")] = "",
    factory: Annotated[
        str, typer.Option(help="What makes your untrained classifier, as module:name; without it a network is trained.")
    ] = "",
    kind: Annotated[
        Literal["estimator", "torch"],
        typer.Option(help="What the factory makes: a classifier with fit, or a torch.nn.Module."),
    ] = "estimator",
    output: Annotated[Path, typer.Option(help="Where to write the study.")] = Path("study.toml"),
    force: Annotated[bool, typer.Option(help="Overwrite an existing file.")] = False,
) -> None:
    """Write a commented study file with sensible defaults for a data file."""
    from interplay.auditing.folder import write
    from interplay.auditing.start import start
    from interplay.errors import StudyError

    if output.exists() and not force:
        raise StudyError("a new file", "an existing one", str(output), "choose another --output or add --force")
    made = kind if factory else ""
    started = start(data, label, groups, output.parent, lambda counts: favourable or _hoped_for(counts), factory, made)
    write(output, started.text.encode())
    for head, lines in (("Assumed", started.assumed), ("To fill in", started.asked)):
        typer.echo("\n".join((f"{head}:", *(f"- {line}" for line in lines))))
    typer.echo(f"Wrote {output}. Read it, fill in what it asks for, then: interplay plan {output}")


@app.command()
def plan(study: StudyPath, runs: RunsPath = Path("runs"), device: Device = "auto", memory: Memory = None) -> None:
    """Say what a study will run: treatments, members, time, memory and disk, before anything runs."""
    _compute_on(device, memory)
    from interplay.auditing.outline import outline
    from interplay.auditing.prepare import prepare
    from interplay.study.load import load, locate

    typer.echo(outline(prepare(load(study), where=locate(study)), runs))


@app.command()
def run(
    study: StudyPath,
    runs: RunsPath = Path("runs"),
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
    device: Device = "auto",
    memory: Memory = None,
) -> None:
    """Run a study, or what is left of it: audit.json, report.html and a summary."""
    _compute_on(device, memory)
    from rich.console import Console

    from interplay.auditing.prepare import prepare
    from interplay.auditing.progress import Meter
    from interplay.auditing.run import run as run_study
    from interplay.auditing.shown import progress_on
    from interplay.engine import compile_seconds
    from interplay.report.terminal import summary
    from interplay.study.load import load, locate

    console = Console(stderr=True)
    declared = load(study)
    ready = prepare(declared, where=locate(study))
    start = time.monotonic()
    with _resumable(study, runs), progress_on(console, Meter(ready.design), quiet=quiet) as progress:
        audit = run_study(declared, runs, progress=progress, ready=ready)
    paths = {"audit": str(audit.path / "audit.json"), "report": str(audit.report), "register": str(audit.register)}
    Console().print(summary(audit.content, paths))
    console.print(f"Done in {time.monotonic() - start:.0f} s. {_compiling(compile_seconds())}".rstrip())


@app.command()
def confirm(
    study: StudyPath,
    runs: RunsPath = Path("runs"),
    again: Annotated[str, typer.Option(help="Why audit rows that were used are used again; it is recorded.")] = "",
    secret_noise: Annotated[
        bool,
        typer.Option("--secret-noise", help="Noise from the system's entropy, and one model written for deployment."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
    device: Device = "auto",
    memory: Memory = None,
) -> None:
    """Confirm the choice of a finished run, once: fresh models, the whole pool, previously unused rows."""
    _compute_on(device, memory)
    import json

    from rich.console import Console

    from interplay.auditing.confirm import carry_out, case, meter
    from interplay.auditing.deployable import PARAMETERS as DEPLOYABLE
    from interplay.auditing.prepare import prepare
    from interplay.auditing.shown import progress_on
    from interplay.report.confirmed import confirmed
    from interplay.study.load import load, locate

    console = Console(stderr=True)
    one = case(prepare(load(study), where=locate(study)), runs, again, secret_noise=secret_noise)
    if one.known is not None:
        console.print("This choice was confirmed before; the audit rows are not looked at again.")
    verb = "confirm --secret-noise" if secret_noise else "confirm"
    with _resumable(study, runs, verb), progress_on(console, meter(one), quiet=quiet) as progress:
        carry_out(one, progress)
    audit = one.folder.path / "audit.json"
    paths = {"audit": str(audit), "report": str(one.folder.path / "report.html")}
    if one.secret_noise:
        paths["deployable"] = str(one.folder.path / DEPLOYABLE)
    Console().print(confirmed(json.loads(audit.read_bytes()), paths))


@app.command()
def compare(
    approved: Annotated[
        str, typer.Option(help="The approved model: a file, module:function that gives it, or an approval.json.")
    ],
    candidate: Annotated[str, typer.Option(help="The candidate, in the same way.")],
    study: Annotated[Path, typer.Option(help="The study file (TOML) that says which rows, groups and tolerances.")],
    output: Annotated[Path | None, typer.Option(help="Write everything as JSON into this file.")] = None,
    device: Device = "auto",
    memory: Memory = None,
) -> None:
    """Compare two trained models on the same unseen rows, in every aspect that needs no training."""
    _compute_on(device, memory)
    from rich.console import Console

    from interplay.auditing.folder import write
    from interplay.auditing.gate import compare_named
    from interplay.auditing.written import as_json
    from interplay.report.gate_text import GateText
    from interplay.study.load import load, locate

    found = compare_named(approved, candidate, load(study), locate(study))
    paths = {} if output is None else {"comparison": str(output)}
    if output is not None:
        write(output, as_json(found.content))
    Console().print(GateText(found.content, paths))
    sys.exit(_exit_code(found.outcome))


@app.command()
def approve(
    run: Annotated[Path, typer.Argument(help="A run folder, or the beginning of its name.")],
    study: Annotated[
        Path | None, typer.Option(help="The study file, where a factory of the run lies beside it.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who approves; it is written down.")] = "",
    treatment: Annotated[
        str,
        typer.Option(
            help="The treatment to approve, as the report names it; without it the model with nothing applied."
        ),
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="The folder for the approval; the run folder if not given.")
    ] = None,
    runs: RunsPath = Path("runs"),
    device: Device = "auto",
    memory: Memory = None,
) -> None:
    """Write down what a finished run's model is, so that a change of it can be held against it by a gate."""
    _compute_on(device, memory)
    from interplay.auditing.approval import approve as approve_run
    from interplay.auditing.approval import chosen_by
    from interplay.auditing.lookup import folder_of
    from interplay.study.load import load, locate

    declared = None if study is None else load(study)
    where = "the study" if study is None else locate(study)
    folder = folder_of(run, runs)
    path = approve_run(folder, declared, by=by, treatment=treatment, output=output, where=where)
    if not treatment and (chosen := chosen_by(folder)) not in ("", "control"):
        also = f'The run chose another: --treatment "{chosen}" approves that.'
        typer.echo(f"Approved is the model with nothing applied. {also}")
    typer.echo(f'Wrote {path}. Keep it with its draws, and write under [gate] of the study: approval = "{path.name}"')


@app.command()
def gate(
    study: Annotated[
        Path | None, typer.Argument(help="The study file (TOML), with the candidate as its model.")
    ] = None,
    profile: Annotated[str, typer.Option(help="full, or quick without attacks and explanations.")] = "full",
    output: Annotated[Path, typer.Option(help="The folder for gate.json, junit.xml and summary.md.")] = Path("gate"),
    sarif: Annotated[bool, typer.Option("--sarif", help="Write findings.sarif too.")] = False,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Print annotations of GitHub; done in its workflows anyway.")
    ] = False,
    workflow: Annotated[str, typer.Option(help="Show a ready workflow file instead: github or gitlab.")] = "",
    device: Device = "auto",
    memory: Memory = None,
) -> None:
    """Hold a changed model against the approved one: exit 0 passed, 1 failed, 2 usage, 3 undecided, 4 integrity."""
    from interplay.errors import StudyError

    if workflow:
        from interplay.report.workflows import workflow_file

        typer.echo(workflow_file(workflow))
        return
    if study is None:
        raise StudyError("a study file", "none", "interplay gate", "name it: interplay gate study.toml")
    if profile not in ("quick", "full"):
        raise StudyError("quick or full", repr(profile), "--profile", "write --profile full")
    _compute_on(device, memory)
    from rich.console import Console

    from interplay.auditing.gate import gate as judge_change
    from interplay.auditing.gate_files import gate_files, write_gate
    from interplay.report.annotations import annotations
    from interplay.report.gate_text import GateText
    from interplay.study.load import load, locate

    found = judge_change(load(study), where=locate(study), profile=cast("Profile", profile))
    paths = write_gate(output, gate_files(found.content, sarif))
    Console().print(GateText(found.content, paths))
    if annotate or os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations(found.content, os.environ.get("GITHUB_WORKSPACE", os.getcwd())):
            typer.echo(line)
    sys.exit(_exit_code(found.outcome))


@app.command()
def card(
    run: Annotated[Path, typer.Argument(help="A run folder, or the beginning of its name.")],
    treatment: Annotated[str, typer.Option(help="Which treatment; the chosen one if not given.")] = "",
    output: Annotated[Path, typer.Option(help="Where to write the card.")] = Path("MODEL_CARD.md"),
    runs: RunsPath = Path("runs"),
) -> None:
    """Write a model card from a finished run: Markdown, with the metadata that Hugging Face reads."""
    from interplay.auditing.finished import open as opened

    typer.echo(f"Wrote {opened(run, runs).card(output, treatment or None)}.")


@app.command("decide")
def what_if(
    run: Annotated[Path, typer.Argument(help="A run folder, or the beginning of its name.")],
    priorities: Annotated[str, typer.Option(help="Aspects from the most important on; the rest as declared.")] = "",
    limit: Annotated[
        list[str] | None, typer.Option(help='A hard limit: "accuracy>=0.8" or "accuracy>=control-0.03".')
    ] = None,
    tolerance: Annotated[list[str] | None, typer.Option(help='A tolerance, such as "accuracy=0.01".')] = None,
    runs: RunsPath = Path("runs"),
) -> None:
    """Ask a finished run what would be decided under other priorities, limits or tolerances. Exploration only."""
    with _without_collecting():
        from rich.console import Console

        from interplay.auditing.lookup import folder_of
        from interplay.auditing.whatif import Question, answer
        from interplay.report.whatif import WhatIf

        ranked = tuple(word for word in priorities.split(",") if word.strip())
        found = answer(folder_of(run, runs), Question(ranked, tuple(limit or ()), tuple(tolerance or ())))
        Console().print(WhatIf(found.study, found.asked, found.chosen, found.unresolved, found.found, found.harmed))


@app.command()
def catalogue(
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """List every intervention, metric and interaction with its reference."""
    import json

    from interplay.auditing.listing import listing
    from interplay.catalogue import describe
    from interplay.errors import StudyError

    if output not in ("text", "json"):
        raise StudyError("text or json", repr(output), "--format", "write --format json")
    known = describe()
    typer.echo(json.dumps(known, indent=1, ensure_ascii=False) if output == "json" else listing(known))


@app.command()
def demo(
    story: Annotated[str, typer.Argument(help="The story to tell: silobank.")] = "silobank",
    runs: RunsPath = Path("runs"),
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Tell a story from beginning to end: how a change that one team tests harms what another one promised.

    It ends with the gate that would have stopped the change, and with the gate's exit code.
    """
    from rich.console import Console

    from interplay.auditing.gate import gate as judge_change
    from interplay.auditing.prepare import prepare
    from interplay.auditing.progress import Meter
    from interplay.auditing.run import run as run_study
    from interplay.auditing.shown import progress_on
    from interplay.demo import silobank
    from interplay.demo.told import told
    from interplay.errors import StudyError
    from interplay.report.gate_text import GateText

    if story != "silobank":
        raise StudyError("a story of the package", repr(story), "interplay demo", "write interplay demo silobank")
    console, declared = Console(stderr=True), silobank.study()
    ready = prepare(declared)
    console.print("The bank is generated, its models are trained, and every aspect of them is measured.")
    with progress_on(console, Meter(ready.design), quiet=quiet) as progress:
        made = run_study(declared, runs, progress=progress, ready=ready)
    acts = silobank.acts(silobank.bank(made, declared))
    Console().print(told(acts))
    console.print("\nThe gate measures both versions once more, with the same random numbers ...")
    found = judge_change(declared)
    Console().print(told((silobank.GATE,), first=len(acts)), GateText(found.content, {"report": str(made.report)}))
    sys.exit(_exit_code(found.outcome))


@app.command()
def explain(
    what: Annotated[str, typer.Argument(help='A directed pair, such as "P->F", or a probe, such as "P->F.clipping".')],
    run: Annotated[
        Path | None, typer.Option(help="A run folder, or the beginning of its name: what it found is said too.")
    ] = None,
    runs: RunsPath = Path("runs"),
) -> None:
    """Say in plain words what an interaction is, how it is measured, what it cannot show, and what a run found."""
    import json

    from interplay.auditing.explained import explain as explained
    from interplay.auditing.lookup import folder_of

    audit = None if run is None else json.loads((folder_of(run, runs) / "audit.json").read_bytes())
    typer.echo(explained(what, audit))


def _exit_code(outcome: str) -> int:
    """What a comparison returns."""
    from interplay.decision.gate import EXIT_CODES

    return {str(name): code for name, code in EXIT_CODES.items()}[outcome]


def _hoped_for(counts: Mapping[str, int]) -> str | None:
    """The label value that people hope for, asked where a person can answer: by its number in the list, or by its name."""
    if not sys.stdin.isatty():
        return None
    typer.echo("Which label value does a person hope for?")
    for place, (name, rows) in enumerate(counts.items(), start=1):
        typer.echo(f"  {place}  {name!r} ({rows} rows)")
    answer = str(typer.prompt("Number, or nothing to leave it open", default="", show_default=False))
    chosen = int(answer) if answer.isdecimal() else 0
    return list(counts)[chosen - 1] if 1 <= chosen <= len(counts) else answer or None


def _compiling(seconds: float) -> str:
    """How much of a run was compiling, when it was worth a word."""
    return (
        f"Compiling took {seconds:.0f} core seconds of it; the programs are kept for next time." if seconds >= 5 else ""
    )


def _compute_on(device: str, memory: float | None) -> None:
    """Choose the device and the memory before anything that computes is imported; the environment's choice is kept."""
    if device != "auto" or "INTERPLAY_DEVICE" not in os.environ:
        os.environ["INTERPLAY_DEVICE"] = device
    if memory is not None:
        os.environ["INTERPLAY_MEMORY"] = str(memory)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let garbage lie: a short answer makes little, and looking for it, the last time at the exit, takes a fifth of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def _resumable(study: Path, runs: Path, verb: str = "run") -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        again = f"interplay {verb} {study}" + (f" --runs {runs}" if runs != Path("runs") else "")
        typer.echo(f"\nStopped. Finished stages and treatments are kept; continue with: {again}", err=True)
        sys.exit(130)


def main() -> None:
    """Run the command line; an error a user can act on is four plain parts and an exit code."""
    try:
        app(standalone_mode=False)
    except InterplayError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("\nStopped. Nothing was changed.", err=True)
        sys.exit(130)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except Exception as error:
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            typer.echo(f"Error: {error.format_message()}", err=True)
            sys.exit(2)
        import traceback

        traceback.print_exc()
        typer.echo("This is a fault of interplay, not of your study. Please report it with the lines above.", err=True)
        sys.exit(5)
