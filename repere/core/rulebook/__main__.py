"""``python -m repere.core.rulebook check [MECHANISM]``: load, run the examples, list the gaps."""

import sys
from pathlib import Path

from repere.core.rulebook.errors import RuleBookError
from repere.core.rulebook.loading import load, stacks
from repere.core.rulebook.proving import failures_of, gaps

ROOT = Path(__file__).parents[3] / "mechanism"


def main(arguments: list[str]) -> int:
    """Check one mechanism or all; exit code 1 when something is wrong."""
    wrong = 0
    for name in arguments[1:] or stacks(ROOT):
        try:
            mechanism = load(ROOT, name, every_example=True)
        except RuleBookError as error:
            print(f"== {name}: does not load, {len(error.faults)} faults")
            print(error)
            wrong = 1
            continue
        layer = mechanism.layers[-1].id
        failures, missing = failures_of(mechanism, mechanism.examples), gaps(mechanism, layer, mechanism.examples)
        for line in [*failures, *missing]:
            print(line)
        own = sum(1 for rule in mechanism.rules.values() if rule.layer == layer)
        drawn = sum(1 for example in mechanism.examples if example.drawn_from)
        print(f"== {name}: {own} rules, {len(mechanism.examples)} examples ({drawn} told), {len(failures)} failures, {len(missing)} gaps")
        wrong = wrong or bool(failures or missing)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
