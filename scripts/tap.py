# SPDX-License-Identifier: GPL-2.0-only
"""Read TAP and KTAP, and believe nothing that was not said.

A block of results needs a plan, and every number of it must report. Only the
innermost results are counted: a result with subtests stands for them, unless
it fails and none of them does.
"""

import re

VERSION = re.compile(r"^K?TAP version \d+$")
PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#\s*SKIP\b\s*(.*))?$", re.IGNORECASE)
RESULT = re.compile(
    r"^(not ok|ok)\b(?:\s+(\d+))?(?:\s+-)?\s*(.*?)"
    r"(?:\s*#\s*(SKIP|TODO|XFAIL|XPASS|TIMEOUT|ERROR)\b:?\s*(.*))?$"
)
BAIL_OUT = re.compile(r"^Bail out!\s*(.*)$")

PASS, FAIL, SKIP = "passed", "failed", "skipped"


class Result:
    """What one test said: its name, one of PASS, FAIL and SKIP, and why."""

    def __init__(self, name, status, why="", said=()):
        self.name = name
        self.status = status
        self.why = why
        self.said = list(said)


class Block:
    """Results of one indentation, as far as they came."""

    def __init__(self, indent):
        self.indent = indent
        self.plan = None
        self.skipped = None
        self.numbers = []
        self.results = []

    def close(self, needs_plan):
        """Add to the results what is wrong with the block as a whole."""
        count = len(self.numbers)
        if self.skipped is not None:
            if not count:
                self.results.append(Result("", SKIP, self.skipped))
            return
        if self.plan is None:
            # KUnit's parameterized tests in 6.12 have none; they still count.
            if needs_plan:
                self.results.append(Result("(plan)", FAIL, "no plan"))
            expected = count
        else:
            expected = self.plan
        for number in range(1, expected + 1):
            if number not in self.numbers:
                self.results.append(
                    Result(f"(test {number})", FAIL, "planned, but never reported"))
        extra = [n for n in self.numbers if n > expected]
        if extra:
            self.results.append(
                Result("(plan)", FAIL, f"results beyond the plan of {expected}: {extra}"))
        if len(set(self.numbers)) != count:
            self.results.append(Result("(plan)", FAIL, "a number was reported twice"))


class Parser:
    """Takes a stream line by line; results() has everything it amounts to."""

    SAID = 10  # lines of diagnostics kept with a failure

    def __init__(self):
        self.version = False
        self.bailed = None
        self.stack = [Block(0)]
        self.said = []
        self.last = None
        self.seen = 0

    def line(self, raw):
        text = raw.rstrip("\r\n")
        body = text.lstrip(" ")
        indent = len(text) - len(body)
        if VERSION.match(body):
            if indent == 0 and len(self.stack) == 1:
                self.version = True
            else:
                self._block(indent)
            return
        match = PLAN.match(body)
        if match:
            block = self._block(indent)
            if block.plan is not None:
                block.results.append(Result("(plan)", FAIL, "a second plan"))
            block.plan = int(match[1])
            if match[2] is not None:
                block.skipped = match[2]
            return
        match = RESULT.match(body)
        if match:
            self._result(indent, *match.groups())
            return
        match = BAIL_OUT.match(body)
        if match:
            self.bailed = match[1] or "without a reason"
            return
        if body:
            self.said.append(body)
            if self.last and len(self.last.said) < 2 * self.SAID:
                self.last.said.append(body)

    def _block(self, indent):
        """The block at this indentation; a new one if it is deeper than any."""
        while self.stack[-1].indent > indent:
            orphan = self.stack.pop()
            orphan.close(needs_plan=False)
            orphan.results.append(
                Result("(subtests)", FAIL, "their own result never came"))
            self.stack[-1].results += orphan.results
        if self.stack[-1].indent < indent:
            self.stack.append(Block(indent))
        return self.stack[-1]

    def _result(self, indent, verdict, number, name, directive, why):
        children = []
        while self.stack[-1].indent > indent:
            child = self.stack.pop()
            child.close(needs_plan=False)
            children = child.results + children
        block = self._block(indent)
        block.numbers.append(int(number) if number else len(block.numbers) + 1)
        name = name or f"test {block.numbers[-1]}"
        why = why or ""

        if directive == "SKIP":
            status = SKIP
        elif directive:
            # Nothing here is allowed to be known to fail.
            status, why = FAIL, f"{directive} {why}".strip()
        else:
            status = PASS if verdict == "ok" else FAIL
        own = Result(name, status, why, self.said[-self.SAID:] if status == FAIL else ())
        for child in children:
            child.name = f"{name}/{child.name}" if child.name else name
        if not children or (status == FAIL and all(c.status != FAIL for c in children)):
            children.append(own)
        block.results += children
        self.seen += 1
        self.said = []
        self.last = own if status == FAIL else None

    def results(self):
        """Close the stream. Return: every result, those of its form included."""
        block = self._block(0)
        if not self.version:
            block.results.append(Result("(version)", FAIL, "no version line"))
        if self.bailed is not None:
            block.results.append(Result("(bail out)", FAIL, self.bailed))
        block.close(needs_plan=True)
        return block.results
