"""`kb reindex`: build the index again with another embedding model or other chunk sizes."""

from dataclasses import asdict

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, app, local_user, opened


@app.command()
def reindex(
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Read, split and embed every document again. The old index answers until all is ready."""
    with opened(home, config) as kb:
        from ui.cli.ingesting import reindex_with_progress

        report = reindex_with_progress(kb, local_user())
        if report.stopped:
            console.say("stopped: the old index still answers; run `kb reindex` again to go on")
            raise typer.Exit(1)
        if json:
            form = asdict(report)
            del form["stopped"]
            console.print_json({**form, "seconds": round(report.seconds, 3)})
        else:
            print(
                f"{console.counted(report.documents, 'document')}, {console.counted(report.chunks, 'chunk')} "
                f"({report.embedded} embedded) "
                f"in {report.seconds:.1f} s"
            )
