"""Makes the charts' font: Noto Sans CJK TC (SIL OFL 1.1) cut down to what the site can carry.

    python -m analysis.digest.font.make_font NotoSansCJKtc-Regular.otf

The BBS stores Big5, so Big5's characters (code page 950), Latin, kana and the usual signs are enough for titles; 3.3 MB
instead of 16. Run by hand when the font is to change; needs fontTools, which comes with matplotlib.
"""

import sys
from pathlib import Path

TARGET = Path(__file__).parent / "NotoSansCJKtc-Big5.otf"
_RANGES = ((0x20, 0x7F), (0xA0, 0x100), (0x2010, 0x2030), (0x2460, 0x2474), (0x3000, 0x3100), (0xFF01, 0xFF5F))
_MORE = "▲▼△▽●○◆■□★☆→←↑↓－−×÷±≥≤≠∞％喆堃峯衞着麪"


def wanted() -> set[int]:
    """Code points of the font."""
    points = {point for low, high in _RANGES for point in range(low, high)} | set(map(ord, _MORE))
    for lead in range(0xA1, 0xFA):
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            try:
                points |= set(map(ord, bytes((lead, trail)).decode("cp950")))
            except UnicodeDecodeError:
                continue
    return {point for point in points if not 0xE000 <= point < 0xF900}  # private use


def main(source: str) -> None:
    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.drop_tables += ["VORG", "vmtx", "vhea", "GSUB", "GPOS", "BASE"]
    options.notdef_outline = True
    font = subset.load_font(source, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted())
    cutter.subset(font)
    subset.save_font(font, str(TARGET), options)
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
