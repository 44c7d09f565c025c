
import sys; sys.path.insert(0,"/work/main")
from tests.e2e.server import *
from tests.e2e.test_imports import ROWS
from tests.browser import launch
from tests.dealer import PASSWORD
from playwright.sync_api import sync_playwright
import pathlib
def settled(page):
    page.wait_for_timeout(700)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(); page.wait_for_timeout(600)
def test_shots(at_live, tmp_path):
    src=tmp_path/"客户名单.csv"; src.write_bytes("\r\n".join(",".join(r) for r in ROWS).encode("gb18030"))
    out=pathlib.Path("/tmp/imp/shots"); out.mkdir(exist_ok=True)
    with sync_playwright() as p:
        b=launch(p)
        for tag,locale,size,scheme,who in (("zh_light","zh-CN",(1440,900),"light","manager"),("en_dark_m","en-GB",(390,844),"dark","director"),("en_light","en-GB",(1440,900),"light","steward")):
            c=b.new_context(locale=locale,viewport=dict(width=size[0],height=size[1]),color_scheme=scheme); page=c.new_page()
            page.goto(at_live.url)
            page.locator("input").first.wait_for()
            page.locator("input[type=text]").first.fill(who); page.locator("input[type=password]").fill(PASSWORD); page.keyboard.press("Enter")
            page.wait_for_timeout(2500); settled(page)
            page.goto(at_live.url+"/imports"); page.locator("input[type=file]").wait_for(state="attached"); settled(page); page.screenshot(path=out/f"{tag}_1.png")
            page.locator("input[type=file]").set_input_files(src); page.wait_for_timeout(1000); settled(page); page.screenshot(path=out/f"{tag}_2.png", full_page=True)
            page.locator("[class*=st-key-imports-check] button").first.click(); page.wait_for_timeout(1200); settled(page); page.screenshot(path=out/f"{tag}_3.png")
            if tag=="zh_light":
                page.locator("[class*=st-key-imports-go] button").first.click(); page.wait_for_timeout(1500); settled(page); page.screenshot(path=out/f"{tag}_4.png")
                page.locator("[class*=st-key-imports-undo] button").first.click(); page.wait_for_timeout(1000); page.screenshot(path=out/f"{tag}_5.png")
        b.close()
