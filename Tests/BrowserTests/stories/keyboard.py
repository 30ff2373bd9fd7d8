"""Without a mouse: Tab, Enter, Esc, the palette, `/` and `?`, from signing in to switching a plugin off."""

from harness import ADA, ADDRESS, Story, expect, weather

with Story('keyboard') as story:
    page, press = story.page, story.page.keyboard.press
    story.set_up()
    story.install(weather(permissions=[], configuration=[]), 'weather.tgz')
    story.context.clear_cookies()
    page.goto(ADDRESS)
    expect(page.get_by_label('E-mail')).to_be_focused()
    page.keyboard.type(ADA['email'])
    press('Tab')
    page.keyboard.type(ADA['password'])
    press('Enter')
    expect(page.get_by_role('navigation', name='Places')).to_be_visible()

    # The first Tab offers to skip what is around the page.
    page.evaluate('document.activeElement.blur()')
    press('Tab')
    expect(page.get_by_role('link', name='Skip to the page')).to_be_focused()
    story.shot('skip')
    press('Enter')
    expect(page.locator('#page')).to_be_focused()

    press('Control+k')
    palette = page.get_by_role('dialog', name='Find anything')
    expect(palette.get_by_role('combobox')).to_be_focused()
    page.keyboard.type('weather')
    expect(palette.get_by_role('option').first).to_contain_text('Acme Weather')
    story.shot('palette')
    story.accessible('the palette')
    press('Escape')
    expect(palette).to_be_hidden()
    press('Control+k')
    page.keyboard.type('weather')
    expect(palette.get_by_role('option').first).to_contain_text('Acme Weather')
    press('Enter')
    expect(page.get_by_role('heading', name='Acme Weather', level=1)).to_be_visible()

    press('?')
    keys = page.get_by_role('dialog', name='Keys')
    expect(keys).to_be_visible()
    story.accessible('the keys')
    story.shot('keys')
    press('Escape')
    expect(keys).to_be_hidden()

    # Tab reaches Disable and shows where it is; Enter does it.
    def reach(name, turns=60):
        for _ in range(turns):
            press('Tab')
            at = page.evaluate('() => [document.activeElement.innerText.trim() || document.activeElement.getAttribute("aria-label") || "", getComputedStyle(document.activeElement).outlineStyle]')
            assert at[1] != 'none', f'focus on "{at[0]}" cannot be seen'
            if at[0] == name:
                return
        raise AssertionError(f'Tab does not reach {name}')

    reach('Disable')
    press('Enter')
    expect(page.get_by_role('button', name='Enable', exact=True)).to_be_visible()
    reach('More')
    press('Enter')
    expect(page.get_by_role('button', name='Start anew')).to_be_focused()
    press('ArrowDown')
    expect(page.get_by_role('button', name='Versions and roll back')).to_be_focused()
    press('Escape')
    expect(page.get_by_role('button', name='More')).to_be_focused()

    # `/` goes to the list's search.
    press('Control+k')
    page.keyboard.type('everything installed')
    press('Enter')
    expect(page.get_by_role('heading', name='Plugins', level=1)).to_be_visible()
    expect(page.get_by_role('list', name='Installed plugins')).to_be_visible()
    press('/')
    expect(page.get_by_label('Search plugins')).to_be_focused()
    page.keyboard.type('weath')
    expect(page.get_by_role('list', name='Installed plugins').get_by_role('listitem')).to_have_count(1)
    page.keyboard.type('?')
    expect(page.get_by_label('Search plugins')).to_have_value('weath?')
    story.shot('search')
