"""The first visit: the link that the hub printed, the first account, signing out and in."""

from harness import ADA, ADDRESS, SETUP_CODE, Story, expect

with Story('first-run') as story:
    page = story.page
    story.go(f'/setup#code={SETUP_CODE}')
    expect(page.get_by_role('heading', name='Welcome')).to_be_visible()
    expect(page.get_by_label('Setup code')).to_have_value(SETUP_CODE)
    # The code is in the address after `#`, which no server ever sees.
    expect(page.get_by_label('Your name')).to_be_focused()
    page.keyboard.type(ADA['name'])
    page.get_by_label('E-mail').fill(ADA['email'])
    page.get_by_label('Password').fill('password1234')
    page.get_by_label('Organisation').fill('Analytical Society')
    story.expected.append('422')
    page.get_by_role('button', name='Begin').click()
    # A password that everybody knows is refused in words, at its field.
    expect(page.get_by_role('alert').first).to_be_visible()
    story.shot('password-refused')
    page.get_by_label('Password').fill(ADA['password'])
    page.get_by_role('button', name='Begin').click()
    expect(page.get_by_role('heading', name='No plugins yet')).to_be_visible()
    expect(page).to_have_url(ADDRESS + '/')
    story.shot('overview')
    expect(page.get_by_role('link', name='Install the first one')).to_be_visible()

    # The link works once.
    late = story.new_person()
    door = story.new_page(late)
    door.goto(f'{ADDRESS}/setup#code={SETUP_CODE}')
    expect(door.get_by_role('heading', name='Sign in')).to_be_visible()
    late.close()

    page.get_by_role('button', name='Account of Ada Lovelace').click()
    page.get_by_role('button', name='Sign out').click()
    expect(page.get_by_role('heading', name='Sign in')).to_be_visible()
    expect(page.get_by_label('E-mail')).to_be_focused()
    # Nothing of the session is left.
    assert not [one for one in story.context.cookies() if one['name'] == 'pb_session' and one['value']], 'the cookie stayed'
    page.get_by_label('E-mail').fill(ADA['email'])
    page.get_by_label('Password').fill('not the password at all')
    page.keyboard.press('Enter')
    expect(page.get_by_role('alert')).to_be_visible()
    story.shot('wrong-password')
    page.get_by_label('Password').fill(ADA['password'])
    page.keyboard.press('Enter')
    expect(page.get_by_role('heading', name='No plugins yet')).to_be_visible()
    cookie = next(one for one in story.context.cookies() if one['name'] == 'pb_session')
    assert cookie['httpOnly'] and cookie['sameSite'] == 'Lax', cookie
