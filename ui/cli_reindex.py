"""`kb reindex`: build the index again with another embedding model or other chunk sizes."""

from dataclasses import asdict

import typer

from ui import console
from ui.cli import ConfigOption, HomeOption, JsonOption, app, local_user, opened


@app.command()
def reindex(
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Read, split and embed every document again. The old index answers until all is ready."""
    with opened(home, config) as kb:
        from ingest.reindexing import ReindexProgress
        from ingest.reindexing import reindex as run
        from ui.client import RemoteKnowledgeBase

        with console.interruptible() as stop, console.progress_bar("documents") as bar:
            task = bar.add_task("reindexing", total=None, note="")

            def show(at: ReindexProgress) -> None:
                rate = at.embedded / at.seconds if at.seconds else 0.0
                note = f"{at.embedded} chunks, {rate:.0f}/s"
                bar.update(task, completed=at.documents_done, total=at.documents_total, note=note)

            if isinstance(kb, RemoteKnowledgeBase):
                report = kb.reindex(local_user(), progress=show, stop=stop)
            else:
                report = run(kb, local_user().name, progress=show, stop=stop)
        if report.stopped:
            console.say("stopped: the old index still answers; run `kb reindex` again to go on")
            raise typer.Exit(1)
        if json:
            form = asdict(report)
            del form["stopped"]
            console.print_json({**form, "seconds": round(report.seconds, 3)})
        else:
            print(
                f"{report.documents} documents, {report.chunks} chunks ({report.embedded} embedded) "
                f"in {report.seconds:.1f} s"
            )
