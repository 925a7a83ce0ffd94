"""What the commands' exit codes mean; `pellucid --help` and docs/reference/cli.md say the same."""

OK = 0
FINDINGS = 1
ERRORS = 1
PARTLY = 1
FAILED = 2
INTERRUPTED = 130
