// The style sheet of every page.
#include "cli/page/style.h"

#include <stddef.h>

// Colours of curves: told apart by hue and lightness, also by eyes that confuse red and green, and 3:1 or
// more against the cards in both themes.
const char *const page_style[] = {
    ":root{color-scheme:light dark;--page:#f4f5f8;--card:#fff;--text:#171a21;--muted:#5b6270;--line:#e1e4ea;"
    "--grid:#eceef2;--accent:#5b4bd6;--good:#0b7a55;--bad:#b42318;"
    "--c0:#2463d1;--c1:#c2570c;--c2:#0a8467;--c3:#b02a85;--c4:#7656e0;--c5:#7d6608}\n",
    "@media(prefers-color-scheme:dark){:root{--page:#0d0f14;--card:#161a22;--text:#e8eaf0;--muted:#9aa3b2;"
    "--line:#272d39;--grid:#212733;--accent:#a99bff;--good:#4fd1a1;--bad:#ff8a7a;"
    "--c0:#6ba5ff;--c1:#ff9d52;--c2:#3fd0a6;--c3:#f58ad0;--c4:#b39cff;--c5:#e0c34a}}\n",
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,'Segoe UI',"
    "Roboto,'Noto Sans','DejaVu Sans',sans-serif;-webkit-text-size-adjust:100%}\n"
    "main{max-width:1240px;margin:0 auto;padding:32px 20px 48px}\n"
    "h1{font-size:2rem;line-height:1.15;margin:0;overflow-wrap:anywhere;letter-spacing:-.02em}\n"
    "h2{font-size:1.2rem;margin:40px 0 14px;letter-spacing:-.01em}\n"
    "h3{font-size:.95rem;margin:0}\n"
    "code{font:.92em ui-monospace,SFMono-Regular,Menlo,'DejaVu Sans Mono',monospace}\n"
    "a{color:var(--accent)}\n"
    "small{font-size:.8rem;color:var(--muted)}\n",
    // The heading.
    ".eyebrow{margin:0 0 4px;color:var(--accent);font-weight:600;font-size:.85rem}\n"
    ".title{display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px}\n"
    ".state{border-radius:99px;padding:2px 12px;font-size:.85rem;font-weight:600;color:var(--accent);"
    "border:1px solid currentColor}\n"
    ".state.done{color:var(--good)}.state.stopped{color:var(--bad)}\n"
    ".lead{margin:10px 0 18px;color:var(--muted);max-width:80ch}.lead b{color:var(--text);font-weight:600}\n"
    ".bar{height:8px;border-radius:99px;background:var(--line);overflow:hidden}\n"
    ".bar i{display:block;height:100%;border-radius:99px;background:var(--accent)}\n"
    ".progress{margin:8px 0 0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:2px 22px;"
    "font-size:.9rem;color:var(--muted);font-variant-numeric:tabular-nums}\n"
    ".progress b{color:var(--text);font-weight:600}\n"
    ".warning{margin:14px 0 0;padding:10px 14px;border-radius:10px;"
    "border:1px solid var(--bad);color:var(--bad)}\n",
    // Cards: tiles, charts, pictures, tables.
    ".tiles>div,.chart,.picture,.card{background:var(--card);border:1px solid var(--line);border-radius:14px;"
    "margin:0}\n"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:12px;margin:0}\n"
    ".tiles>div{padding:12px 16px 14px}\n"
    ".tiles dt{color:var(--muted);font-size:.85rem}.tiles dd{margin:2px 0 0}\n"
    ".tiles b{font-size:1.6rem;line-height:1.25;font-weight:650;letter-spacing:-.02em;"
    "font-variant-numeric:tabular-nums}\n"
    ".tiles span{color:var(--muted);font-size:.9rem}.tiles small{display:block}\n"
    ".charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:14px}\n"
    ".chart{padding:14px 14px 10px;display:flex;flex-direction:column}\n"
    ".chart svg{display:block;width:100%;height:auto;margin-top:auto}\n"
    ".chart h3 span{color:var(--muted);font-weight:400}\n"
    ".chart .note{margin:4px 0 2px;font-size:.78rem;color:var(--muted)}\n"
    ".legend{list-style:none;margin:2px 0 8px;padding:0;display:flex;flex-wrap:wrap;gap:0 14px;"
    "font-size:.82rem;color:var(--muted)}\n"
    ".legend b{color:var(--text);font-weight:600;font-variant-numeric:tabular-nums}\n"
    ".legend i{display:inline-block;width:14px;height:3px;border-radius:2px;background:var(--c);"
    "margin-right:6px;vertical-align:middle}\n",
    ".s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}"
    ".s5{--c:var(--c5)}\n"
    ".grid,.axis,.line,.target{fill:none}\n"
    ".grid{stroke:var(--grid)}.axis{stroke:var(--muted);stroke-opacity:.55}\n"
    ".line{stroke:var(--c);stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}\n"
    ".band{fill:var(--c);opacity:.2}\n"
    ".target{stroke:var(--c);stroke-dasharray:4 4;opacity:.9}\n"
    ".chart circle{fill:var(--c)}\n"
    ".chart text{font-size:11px;fill:var(--muted);font-variant-numeric:tabular-nums}\n"
    ".chart .x{text-anchor:middle}.chart .y{text-anchor:end}\n",
    ".pictures{columns:2 480px;column-gap:14px}\n"
    ".wide{column-span:all}\n"
    ".pictures p{column-span:all;margin:8px 0 0;font-size:.88rem;color:var(--muted)}\n"
    ".picture{overflow:hidden;break-inside:avoid}.picture+.picture,.pictures p+*{margin-top:14px}\n"
    ".picture div{background:#181818}\n"
    ".picture img{display:block;max-width:100%;height:auto;margin:0 auto}\n"
    ".picture .pixels{image-rendering:pixelated}\n"
    ".picture figcaption{padding:10px 16px 12px;font-size:.88rem;color:var(--muted)}\n"
    ".picture figcaption b{color:var(--text)}\n",
    "details{margin-top:14px}\n"
    "summary{cursor:pointer;padding:12px 16px;background:var(--card);border:1px solid var(--line);"
    "border-radius:14px;font-weight:600}\n"
    "details[open]>summary{margin-bottom:14px}\n"
    "details h3{margin:18px 0 10px}\n"
    "summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}\n"
    ".scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:14px}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}\n"
    "th,td{text-align:right;padding:8px 16px;border-top:1px solid var(--line);vertical-align:top}\n"
    "thead th{border-top:0;color:var(--muted);font-weight:400;font-size:.85rem}\n"
    "th:first-child{text-align:left}tbody th{font-weight:600}\n",
    ".options{background:var(--card);border:1px solid var(--line);border-radius:14px;border-spacing:0;"
    "border-collapse:separate}\n"
    ".options th,.options td{text-align:left;overflow-wrap:anywhere}\n"
    ".options tbody th{font-weight:400;white-space:nowrap}\n"
    ".options td:last-child{color:var(--muted)}\n"
    ".options td:nth-child(2){font-weight:600}.options td small{font-weight:400}\n"
    "footer{margin-top:40px;color:var(--muted);font-size:.85rem}\n",
    // A phone: tables of options become lists, margins shrink.
    "@media(max-width:560px){main{padding:22px 14px 36px}h1{font-size:1.7rem}h2{margin-top:32px}\n"
    ".tiles{grid-template-columns:1fr 1fr;gap:10px}.chart{padding:12px 12px 8px}"
    ".tiles>div{padding:10px 14px}\n"
    "th,td{padding:8px 12px}\n"
    ".options thead{display:none}.options,.options tbody{display:block}\n"
    ".options tr{display:grid;grid-template-columns:1fr auto;gap:0 12px;padding:9px 14px;"
    "border-top:1px solid var(--line)}.options tr:first-child{border-top:0}\n"
    ".options th,.options td{display:block;padding:0;border:0}.options td:nth-child(2){text-align:right}\n"
    ".options td:last-child{grid-column:1/-1;font-size:.82rem}}\n",
    NULL};
