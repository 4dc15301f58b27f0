"""The weights of the font that the bootstrap fetched."""

from functools import cache
from pathlib import Path

_FONTS = Path(__file__).parents[2] / "node_modules/@expo-google-fonts/noto-sans-sc"
#: Our weights by name.
WEIGHTS = {
    "light": "300Light/NotoSansSC_300Light.ttf",
    "regular": "400Regular/NotoSansSC_400Regular.ttf",
    "medium": "500Medium/NotoSansSC_500Medium.ttf",
    "bold": "700Bold/NotoSansSC_700Bold.ttf",
}


@cache
def font_file(face: str) -> Path:
    """The file of one of our weights, or of any other font by its path. FileNotFoundError when it is not there."""
    path = _FONTS / WEIGHTS[face] if face in WEIGHTS else Path(face)
    if not path.exists():
        raise FileNotFoundError(f"{path}: run `make setup` first")
    return path
