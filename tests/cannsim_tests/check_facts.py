"""python check_facts.py CANNSIM: the generator accepts the facts and names file, row and column of bad ones."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

# (file, change, what the message must name)
BREAKAGES = (
    (
        "aclnn.json",
        lambda t: t["ops"]["aclnnAdd"]["params"].append(["const aclTensor *"]),
        ("aclnn.json", "aclnnAdd", "params[4]"),
    ),
    (
        "aclnn.json",
        lambda t: t["ops"]["aclnnMul"]["params"].append(["struct Thing *", "x"]),
        ("aclnn.json", "aclnnMul", "params[3]", "struct Thing"),
    ),
    (
        "dtypes.json",
        lambda t: t["ops"]["aclnnAbs"]["dtypes"]["self"].update({"910Z": "float32"}),
        ("dtypes.json", "aclnnAbs", "self", "910Z"),
    ),
    (
        "dtypes.json",
        lambda t: t["ops"]["aclnnAbs"]["dtypes"]["self"].update({"950": "float33"}),
        ("dtypes.json", "aclnnAbs", "self", "float33"),
    ),
    (
        "dtypes.json",
        lambda t: t["ops"].update({"aclnnNoSuch": {"dtypes": {}}}),
        ("dtypes.json", "aclnnNoSuch", "name"),
    ),
    (
        "dtypes.json",
        lambda t: t["promote_tensor_tensor"]["rows"].update({"int8": "int8"}),
        ("dtypes.json", "int8", "promote_tensor_tensor"),
    ),
    ("soc.json", lambda t: t["socs"]["Ascend910B3"].pop("ai_cores"), ("soc.json", "Ascend910B3", "ai_cores")),
    (
        "single_ops.json",
        lambda t: t["types"]["Add"].update({"args": "x0 x1 y0"}),
        ("single_ops.json", "Add", "args", "3 words for 4 parameters"),
    ),
    (
        "single_ops.json",
        lambda t: t["types"]["Add"].update({"args": "x0 x1 @alpha y0~"}),
        ("single_ops.json", "Add", "args[3]", "'y0~' is not a word"),
    ),
    (
        "single_ops.json",
        lambda t: t["types"]["Abs"].update({"args": "=1 y0"}),
        ("single_ops.json", "Abs", "args[0]", "kind Tensor"),
    ),
    (
        "single_ops.json",
        lambda t: t["types"]["Abs"].update({"op": "aclnnNoSuch"}),
        ("single_ops.json", "Abs", "op", "aclnnNoSuch"),
    ),
)


def generate(package, facts, out):
    return subprocess.run(
        [sys.executable, str(package / "codegen" / "generate.py"), str(facts), str(out)],
        capture_output=True,
        text=True,
        check=False,
    )


def main():
    package = pathlib.Path(sys.argv[1])
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        good = generate(package, package / "facts", folder / "out")
        if good.returncode:
            print(f"good facts are refused: {good.stderr}")
            failures += 1
        for index, (name, change, expected) in enumerate(BREAKAGES):
            facts = folder / f"facts{index}"
            shutil.copytree(package / "facts", facts)
            table = json.loads((facts / name).read_text())
            change(table)
            (facts / name).write_text(json.dumps(table))
            done = generate(package, facts, folder / "out")
            missing = [word for word in expected if word not in done.stderr]
            if done.returncode == 0 or missing or "Traceback" in done.stderr:
                print(
                    f"breakage {index} of {name}: exit {done.returncode}, not named: {missing}\n{done.stderr}"
                )
                failures += 1
    return failures


if __name__ == "__main__":
    sys.exit(main())
