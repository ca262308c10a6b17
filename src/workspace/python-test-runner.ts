/**
 * Runs inside the sandbox: loads one test file and reports each test as a line of JSON on descriptor 3, behind the
 * secret that stands on the input. What the source of the test file promises is read before any of it runs; whatever
 * of that is not reported in the end is missing. Files with tests in pytest's form run under pytest where it is installed.
 */
export const pythonTestRunner = String.raw`
import ast, difflib, importlib.util, json, os, sys, time, traceback, types, unittest, unittest.case
# Not used here, but by unittest while tests run: loaded now, they are not taken from the workspace.
import asyncio, contextlib, logging, pprint, re, unittest.async_case, unittest.mock

SECRET = sys.stdin.read()
ROOT = os.getcwd()
FILE = sys.argv[1]
PATH = os.path.join(ROOT, *FILE.split("/"))
MAX_MESSAGE = 4000
os.set_inheritable(3, False)


def reporter(write=os.write, dumps=json.dumps, secret=SECRET):
    count = [0]

    def send(record):
        if record["kind"] == "test":
            count[0] += 1
        else:
            record["tests"] = count[0]
        data = (secret + dumps(record) + "\n").encode("utf-8", "replace")
        while data:
            data = data[write(3, data):]

    return send


send = reporter()
del SECRET


def shorten(text):
    text = text.replace(ROOT + os.sep, "")
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "…"


def explain(error):
    """The exception with the frames that lie in the workspace, the innermost last."""
    kind, value, trace = error
    if isinstance(value, SyntaxError):
        lines = traceback.format_exception_only(kind, value)
        return shorten("".join(lines).strip())
    frames = [frame for frame in traceback.extract_tb(trace) if frame.filename.startswith(ROOT + os.sep)]
    where = "".join(f"\n  at {frame.filename}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames[-5:])
    text = "".join(traceback.format_exception_only(kind, value)).strip()
    if issubclass(kind, AssertionError):
        text = text.partition(": ")[2] or text
    return shorten(text + where)


def tell(name, status, seconds, message=None):
    record = {"kind": "test", "name": name, "status": status, "durationMs": round(seconds * 1000, 3)}
    if message is not None:
        record["message"] = message
    send(record)
    print(("ok " if status == "passed" else status + " ") + name, flush=True)


def promised(tree):
    """The tests that the source of the file shows: (class or None, function) of its top level."""
    cases, plain, functions = [], [], []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            tests = [
                part.name
                for part in node.body
                if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and part.name.startswith("test")
            ]
            bases = [ast.unparse(base) for base in node.bases]
            if any("TestCase" in base for base in bases):
                cases += [(node.name, test) for test in tests]
            elif node.name.startswith("Test"):
                plain += [(node.name, test) for test in tests]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
            functions.append((None, node.name))
    return cases, plain, functions


def imports_pytest(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(name.name.split(".")[0] == "pytest" for name in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pytest":
            return True
    return False


def load():
    """Imports the file under its place in the workspace, so that relative imports and imports from the root work."""
    directory = os.path.dirname(PATH)
    sys.path[:0] = [ROOT] if directory == ROOT else [ROOT, directory]
    parts = FILE.rpartition(".")[0].split("/")
    for depth in range(1, len(parts)):
        parent = ".".join(parts[:depth])
        place = os.path.join(ROOT, *parts[:depth])
        known = sys.modules.get(parent)
        if known is not None and place in list(getattr(known, "__path__", [])):
            continue
        start = os.path.join(place, "__init__.py")
        if os.path.isfile(start):
            spec = importlib.util.spec_from_file_location(parent, start, submodule_search_locations=[place])
            module = importlib.util.module_from_spec(spec)
            sys.modules[parent] = module
            spec.loader.exec_module(module)
        else:
            module = types.ModuleType(parent)
            module.__path__ = [place]
            sys.modules[parent] = module
    name = ".".join(parts)
    spec = importlib.util.spec_from_file_location(name, PATH)
    if spec is None:
        raise ImportError(f"{FILE} is no Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Result(unittest.TestResult):
    """Reports every test once: its own outcome, or that of its first failing part."""

    def __init__(self):
        super().__init__()
        self.ran, self.skipped_classes = set(), set()
        self.failed, self.outcome, self.began = False, None, 0.0

    def name(self, test):
        if isinstance(test, unittest.FunctionTestCase):
            return test._testFunc.__name__
        return ".".join(test.id().rsplit(".", 2)[-2:])

    def startTest(self, test):
        super().startTest(test)
        self.outcome, self.began = ("passed", None), time.perf_counter()

    def stopTest(self, test):
        super().stopTest(test)
        status, message = self.outcome
        self.failed |= status == "failed"
        self.ran.add(self.name(test))
        tell(self.name(test), status, time.perf_counter() - self.began, message)

    def record(self, test, status, message):
        if hasattr(test, "_testMethodName") or isinstance(test, unittest.FunctionTestCase):
            if self.outcome[0] == "passed":
                self.outcome = (status, message)
            return
        # Something around the tests: setUpClass (module.Class) and the like.
        if status == "skipped":
            self.skipped_classes.add(str(test.id()).rstrip(")").rpartition(".")[2])
        self.failed |= status == "failed"
        tell(str(test.id()), status, 0, message)

    def addError(self, test, error):
        self.record(test, "failed", explain(error))

    def addFailure(self, test, error):
        self.record(test, "failed", explain(error))

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.record(test, "failed", shorten(subtest._subDescription() + ": " + explain(error)))

    def addExpectedFailure(self, test, error):
        pass

    def addUnexpectedSuccess(self, test):
        self.record(test, "failed", "passed although it is marked as an expected failure")

    def addSkip(self, test, reason):
        # A test may skip itself; that the code under test makes it skip is a failure.
        trace = sys.exc_info()[2]
        frames = [frame for frame in traceback.extract_tb(trace) if frame.filename.startswith(ROOT + os.sep)]
        if frames and frames[-1].filename != PATH:
            self.record(test, "failed", shorten(f"skipped by {frames[-1].filename}:{frames[-1].lineno}: {reason}"))
        else:
            self.record(test, "skipped", reason)


def checks():
    """What decides over passing: functions of unittest that code under test has no reason to replace."""
    kinds = (unittest.TestCase, unittest.TestResult, unittest.TestSuite, unittest.suite.BaseTestSuite, unittest.TestLoader, Result)
    return {
        (kind, name): value
        for kind in (*kinds, unittest.case._Outcome, unittest.case._AssertRaisesContext, unittest.IsolatedAsyncioTestCase)
        for name, value in vars(kind).items()
        if callable(value)
    }


def replaced(before):
    after = checks()
    return [f"{kind.__name__}.{name}" for (kind, name), value in before.items() if after.get((kind, name)) is not value]


def run_unittest(expected):
    result = Result()
    before = checks()
    suite = unittest.TestSuite()
    module = load()
    suite.addTests(unittest.TestLoader().loadTestsFromModule(module))
    for owner, function in expected:
        test = getattr(module, function, None) if owner is None else None
        if callable(test):
            suite.addTest(unittest.FunctionTestCase(test))
    suite.run(result)
    for name in replaced(before):
        result.failed = True
        tell(FILE, "failed", 0, f"{name} of unittest was replaced while the tests ran")
    names = [function if owner is None else owner + "." + function for owner, function in expected]
    missing = [
        name for name in dict.fromkeys(names)
        if name not in result.ran and name.partition(".")[0] not in result.skipped_classes
    ]
    return result.failed, missing


def own_frames(text):
    """What pytest says of an error while it collects, without the frames of pytest and Python themselves."""
    kept, keep = [], True
    for line in text.replace(ROOT + os.sep, "").split("\n"):
        if re.match(r"\S+:\d+: in ", line):
            keep = not line.startswith("/")
        keep = keep or line.startswith("E ")
        if keep:
            kept.append(line)
    return shorten("\n".join(kept))


class PytestResults:
    def __init__(self):
        self.ran, self.failed, self.outcomes, self.raised = set(), False, {}, {}

    def name(self, nodeid):
        return ".".join(nodeid.split("::")[1:])

    def pytest_runtest_makereport(self, item, call):
        # Told as without pytest, and not as pytest would; it goes on and makes its report all the same.
        if call.excinfo is not None:
            error = call.excinfo
            self.raised[item.nodeid, call.when] = explain((error.type, error.value, error.tb))

    def pytest_collectreport(self, report):
        if report.failed:
            self.failed = True
            tell(FILE, "failed", 0, own_frames(str(report.longrepr)))

    def pytest_runtest_logreport(self, report):
        name = self.name(report.nodeid)
        status, message, seconds = self.outcomes.get(name, ("passed", None, 0))
        raised = self.raised.pop((report.nodeid, report.when), None)
        if status == "passed" and report.failed:
            status, message = "failed", raised or shorten(str(report.longrepr))
        elif status == "passed" and report.skipped and not hasattr(report, "wasxfail"):
            place, line, reason = report.longrepr if isinstance(report.longrepr, tuple) else (PATH, 0, "skipped")
            # As with unittest: that the code under test makes a test skip is a failure.
            outside = place.startswith(ROOT + os.sep) and os.path.realpath(place) != os.path.realpath(PATH)
            status = "failed" if outside else "skipped"
            reason = re.sub(r"^Skipped: ", "", reason)
            message = shorten(f"{reason}\n  at {place}:{line}" if outside else reason)
        self.outcomes[name] = (status, message, seconds + report.duration)
        if report.when == "teardown":
            status, message, seconds = self.outcomes[name]
            self.failed |= status == "failed"
            self.ran.add(name.partition("[")[0])
            tell(name, status, seconds, message)


def run_pytest(pytest, expected):
    results = PytestResults()
    directory = os.path.dirname(PATH)
    sys.path[:0] = [ROOT] if directory == ROOT else [ROOT, directory]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ROOT, "--confcutdir", ROOT, "-q", "--import-mode=importlib"]
    code = pytest.main([*options, PATH], plugins=[results])
    names = [function if owner is None else owner + "." + function for owner, function in expected]
    missing = [name for name in dict.fromkeys(names) if name not in results.ran]
    return results.failed or code not in (0, 5), missing


def main():
    failed, missing = True, []
    try:
        with open(PATH, encoding="utf-8") as source:
            tree = ast.parse(source.read(), FILE)
        cases, plain, functions = promised(tree)
        spec = importlib.util.find_spec("pytest")
        if spec is not None and (plain or functions or imports_pytest(tree)):
            import pytest

            failed, missing = run_pytest(pytest, cases + plain + functions)
        elif plain or imports_pytest(tree):
            tell(FILE, "failed", 0, "needs pytest, which is not installed: install it, or write the tests with unittest")
        else:
            failed, missing = run_unittest(cases + functions)
    except SystemExit as exit:
        tell(FILE, "failed", 0, f"ended the run by itself while it was loaded: exit code {exit.code}")
    except BaseException:
        tell(FILE, "failed", 0, explain(sys.exc_info()))
    sys.stdout.flush()
    sys.stderr.flush()
    send({"kind": "end", "missing": missing})
    os._exit(1 if failed or missing else 0)


main()
`;
