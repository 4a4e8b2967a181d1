"""Where results are kept: a part of docs/performance.md, and beside it the same as JSON and as a plot."""
import json


def keep(folder, name, marks, text, result, drawing):
    """`text` takes the place of what is between the page's two marks. What was there stays until all of the new is made."""
    page = folder / "performance.md"
    before, rest = page.read_text(encoding="utf-8").split(marks[0], 1)
    new = {page: before + text + rest.split(marks[1], 1)[1],
           folder / f"{name}.json": json.dumps(result, indent=1) + "\n",
           folder / f"{name}.svg": drawing}
    for path, content in new.items():
        path.write_text(content, encoding="utf-8")
