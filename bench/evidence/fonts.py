"""The weights of the font that the bootstrap fetched."""

from functools import cache
from pathlib import Path

_FONTS = Path(__file__).parents[2] / "node_modules/@expo-google-fonts/noto-sans-sc"
_WEIGHTS = {
    "light": "300Light/NotoSansSC_300Light.ttf",
    "regular": "400Regular/NotoSansSC_400Regular.ttf",
    "medium": "500Medium/NotoSansSC_500Medium.ttf",
    "bold": "700Bold/NotoSansSC_700Bold.ttf",
}


@cache
def font_file(weight: str) -> Path:
    """The file of one weight. FileNotFoundError when nothing was fetched yet."""
    path = _FONTS / _WEIGHTS[weight]
    if not path.exists():
        raise FileNotFoundError(f"{path}: run `make setup` first")
    return path
