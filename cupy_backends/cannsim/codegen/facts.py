"""Loads the fact tables and refuses malformed rows, naming file, row and column."""

import json
import pathlib
import re

FAMILIES = ("910", "310P", "910B", "910_93", "950")

# Bit positions of a dtype mask are the values of aclDataType.
DTYPES = {
    "float32": 0,
    "float16": 1,
    "int8": 2,
    "int32": 3,
    "uint8": 4,
    "int16": 6,
    "uint16": 7,
    "uint32": 8,
    "int64": 9,
    "uint64": 10,
    "float64": 11,
    "bool": 12,
    "string": 13,
    "complex64": 16,
    "complex128": 17,
    "bfloat16": 27,
    "int4": 29,
    "uint1": 30,
    "complex32": 33,
    "hifloat8": 34,
    "float8_e5m2": 35,
    "float8_e4m3fn": 36,
    "float8_e8m0": 37,
    "float6_e3m2": 38,
    "float6_e2m3": 39,
    "float4_e2m1": 40,
    "float4_e1m2": 41,
}

IDENTIFIER = re.compile(r"[A-Za-z_]\w*")

# C type of an operator's parameter -> member of the generic argument (src/opapi/op.h).
ARGUMENT_KINDS = {
    "aclTensor *": "Tensor",
    "aclTensorList *": "TensorList",
    "aclScalar *": "Scalar",
    "aclScalarList *": "ScalarList",
    "aclIntArray *": "IntArray",
    "aclFloatArray *": "FloatArray",
    "aclBoolArray *": "BoolArray",
    "char *": "Text",
    "void *": "Pointer",
    "bool *": "Pointer",
    "uint64_t *": "Pointer",
    "int64_t *": "Pointer",
    "aclTensor **": "Pointer",
    "bool": "Bool",
    "int8_t": "Int",
    "int32_t": "Int",
    "int": "Int",
    "int64_t": "Int",
    "uint8_t": "Int",
    "uint32_t": "Int",
    "uint64_t": "UInt",
    "size_t": "UInt",
    "float": "Float",
    "double": "Double",
    "aclDataType": "DataType",
    "aclFormat": "Int",
}


class FactError(Exception):
    """A row of a fact table that the generators cannot use."""


def fail(path, row, column, why):
    raise FactError(f"{path}: row '{row}', column '{column}': {why}")


def plain_type(ctype):
    """The type without const, which has no meaning for the ABI."""
    text = re.sub(r"\bconst\b", " ", ctype)
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"\s*((?:\*\s*)+)$", lambda m: " " + m[1].replace(" ", ""), text)


class Facts:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.aclnn = self._load("aclnn.json", "ops", "helpers")
        self.dtypes = self._load("dtypes.json", "ops", "promote_tensor_tensor")
        self.runtime = self._load("runtime.json", "functions", "enums", "structs", "typedefs", "constants")
        self.soc = self._load("soc.json", "socs", "families")
        self.kernels = self._load("kernels.json", "units", "absent", "recipes")
        self.model = self._load("model.json", "rates")
        self.single_ops = self._load("single_ops.json", "types")
        self._check_functions("aclnn.json", {**self.aclnn["ops"], **self.aclnn["helpers"]})
        self._check_functions("runtime.json", self.runtime["functions"])
        self._check_kinds()
        self._check_dtypes()
        self._check_socs()

    def _load(self, name, *sections):
        path = self.folder / name
        try:
            table = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise FactError(f"{path}: {error}") from None
        for section in sections:
            if not isinstance(table.get(section), dict):
                fail(path, section, "-", "section is missing")
        return table

    def _check_functions(self, name, functions):
        path = self.folder / name
        for row, entry in functions.items():
            if not IDENTIFIER.fullmatch(row):
                fail(path, row, "name", "not a C identifier")
            params = entry.get("params")
            if not isinstance(params, list):
                fail(path, row, "params", "not a list")
            for index, param in enumerate(params):
                column = f"params[{index}]"
                if not (isinstance(param, list) and len(param) == 2):
                    fail(path, row, column, f"not a [type, name] pair: {param!r}")
                if param[0] != "..." and not IDENTIFIER.fullmatch(param[1].split("[")[0]):
                    fail(path, row, column, f"'{param[1]}' is not a parameter name")

    def _check_kinds(self):
        path = self.folder / "aclnn.json"
        for row, entry in self.aclnn["ops"].items():
            for index, (ctype, _) in enumerate(entry["params"]):
                if plain_type(ctype) not in ARGUMENT_KINDS:
                    fail(path, row, f"params[{index}]", f"unknown C type '{ctype}'")

    def _check_dtypes(self):
        path = self.folder / "dtypes.json"
        for row, entry in self.dtypes["ops"].items():
            if row not in self.aclnn["ops"]:
                fail(path, row, "name", "no such operator in aclnn.json")
            known = {name for _, name in self.aclnn["ops"][row]["params"]}
            for param, families in entry.get("dtypes", {}).items():
                if param.removesuffix("[]") not in known and not param.startswith("promote"):
                    fail(path, row, param, "no such parameter in aclnn.json")
                for key, names in families.items():
                    self.families(key, path, row, param)
                    self.mask(names, path, row, param)

    def _check_socs(self):
        path = self.folder / "soc.json"
        for row, entry in self.soc["socs"].items():
            for column in ("family", "arch", "memory", "ai_cores", "streams"):
                if column not in entry:
                    fail(path, row, column, "missing")
            if entry["family"] not in self.soc["families"]:
                fail(path, row, "family", f"'{entry['family']}' is not among the families")

    def families(self, key, path="dtypes.json", row="?", column="?"):
        names = FAMILIES if key == "all" else key.split()
        for name in names:
            if name not in FAMILIES:
                fail(path, row, column, f"unknown SoC family '{name}'")
        return names

    def mask(self, names, path="dtypes.json", row="?", column="?"):
        bits = 0
        for name in names.split():
            if name not in DTYPES:
                fail(path, row, column, f"unknown dtype '{name}'")
            bits |= 1 << DTYPES[name]
        return bits
