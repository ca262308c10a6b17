/**
 * Runs inside the sandbox: asks vulture, which parses code and runs none, and writes what it finds to descriptor 3.
 * Neither a vulture nor a configuration of the workspace is looked at.
 */
export const pythonDeadCode = String.raw`
import json, os, sys

question = json.load(sys.stdin)
try:
    import vulture
    from vulture.version import __version__ as version
except ImportError:
    report = {"missing": True}
else:
    finder = vulture.Vulture()
    finder.scavenge(question["files"])
    sources = set(question["sources"])
    found = [
        {
            "path": os.path.relpath(str(item.filename)).replace(os.sep, "/"),
            "name": str(item.name)[:100],
            "line": item.first_lineno,
            "kind": "unreachable" if item.typ == "unreachable_code" else item.typ,
        }
        for item in finder.get_unused_code(min_confidence=60)
    ]
    found = sorted((item for item in found if item["path"] in sources), key=lambda item: (item["path"], item["line"]))
    kept = found[: question["maxFindings"]]
    report = {"analyser": "vulture " + version, "findings": kept, "findingsCut": len(found) - len(kept)}
with os.fdopen(3, "w", encoding="utf-8") as out:
    json.dump(report, out)
`.trimStart();
