"""GET /docs: the OpenAPI document as a page for people, without scripts and without files from other sites."""

from typing import Any

import jinja2

from mingpiao.gateway.errors import ERROR_TYPES

_METHODS = ("get", "post", "put")

_pages = jinja2.Environment(
    loader=jinja2.PackageLoader("mingpiao.gateway"), autoescape=True, undefined=jinja2.StrictUndefined
)


def render(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document that this room made."""
    page = _pages.get_template("reference.html")
    return page.render(
        document=document,
        groups=_groups(document),
        schemas=document["components"]["schemas"],
        error_types=ERROR_TYPES,
        type_name=_type_name,
    )


def style() -> str:
    """The page's style sheet."""
    return _pages.get_template("reference.css").render()


def _groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by tag, in the order of the document."""
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in document["tags"]}
    base = document["servers"][0]["url"]
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                shown = operation | {"method": method.upper(), "path": base + path}
                groups[operation["tags"][0]].append(shown)
    return groups


def _type_name(schema: dict[str, Any]) -> tuple[str, str]:
    """The name of a schema, and the name of the component that it refers to, or an empty text."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return name, name
    if "anyOf" in schema:
        parts = [_type_name(part) for part in schema["anyOf"]]
        return " 或 ".join(name for name, _ in parts), next((link for _, link in parts if link), "")
    if schema.get("type") == "array":
        name, link = _type_name(schema["items"])
        return f"{name} 的数组", link
    if "oneOf" in schema:
        return "金额或数量", ""
    if "enum" in schema:
        return " 或 ".join(str(value) for value in schema["enum"]), ""
    return _TYPES[schema["type"]], ""


_TYPES = {
    "string": "字符串", "integer": "整数", "number": "数字", "boolean": "布尔值", "object": "对象", "null": "null",
}  # fmt: skip
