"""On here and off there: a plugin's page shows where it is on and why, and whoever manages an organisation switches it there."""

from harness import ADDRESS, Story, expect, weather

with Story('organisations') as story:
    page = story.page
    story.set_up()
    story.install(weather(permissions=[], configuration=[]), 'weather.tgz')
    story.api('POST', '/organisations', {'slug': 'navy', 'name': 'The Navy'})
    own = next(one['slug'] for one in story.api('GET', '/organisations') if one['slug'] != 'navy')

    # The hub's administrator sees every organisation, and switches one.
    story.go('/plugins/acme.weather')
    where = page.get_by_role('list', name='Where it is on')
    navy, society = (where.get_by_role('listitem').filter(has_text=name) for name in ['The Navy', 'Analytical Society'])
    expect(where.get_by_role('listitem').first).to_contain_text('It begins switched on.')
    expect(society).to_contain_text('you look at this one')
    expect(navy).to_contain_text('As the hub has it.')
    navy.get_by_role('button', name='Switch off for The Navy').click()
    expect(navy).to_contain_text('Disabled: This organisation switched it off.')
    expect(society).to_contain_text('As the hub has it.')
    story.shot('off-there')
    story.accessible('where it is on')
    assert story.call('acme.weather', 'version') == '1.0.0'

    # Looking at that organisation, the whole page is about it; nothing is loaded again.
    head = page.locator('.page-head')
    page.evaluate('window.stayed = true')
    page.get_by_role('button', name='Analytical Society , choose organisation').click()
    page.get_by_role('group', name='Organisation').get_by_role('button', name='The Navy').click()
    expect(head).to_contain_text('Disabled: This organisation switched it off')
    expect(navy).to_contain_text('you look at this one')
    head.get_by_role('button', name='Switch on for The Navy').click()
    expect(head).not_to_contain_text('Disabled')
    expect(navy).to_contain_text('As the hub has it.')
    assert page.evaluate('window.stayed') is True

    # What the hub switches off, no organisation switches on.
    navy.get_by_role('button', name='Switch off for The Navy').click()
    expect(navy).to_contain_text('This organisation switched it off.')
    head.get_by_role('button', name='Disable', exact=True).click()
    expect(where).to_contain_text('An administrator switched it off; no organisation can use it.')
    expect(society).to_contain_text('It was switched off for the whole hub.')
    expect(where.get_by_role('button', name='Switch on')).to_have_count(0)
    story.shot('off-for-all')
    head.get_by_role('button', name='Enable', exact=True).click()
    expect(society).to_contain_text('As the hub has it.')
    navy.get_by_role('button', name='Follow the hub for The Navy').click()
    expect(navy).to_contain_text('As the hub has it.')

    # An organisation's own administrator sees theirs alone, and may.
    made = story.api('POST', '/users', {'email': 'grace@example.org', 'name': 'Grace Hopper'})
    story.api('PUT', f"/organisations/navy/members/{made['id']}", {'role': 'team-admin'})
    grace = story.new_person()
    hers = story.new_page(grace)
    hers.goto(f"{ADDRESS}/redeem#code={made['code']}")
    hers.get_by_label('Password').fill('nanoseconds of wire')
    hers.get_by_role('button', name='Set it and sign in').click()
    expect(hers.get_by_role('navigation', name='Places')).to_be_visible()
    story.go('/plugins/acme.weather', hers)
    where = hers.get_by_role('list', name='Where it is on')
    expect(where).to_contain_text('Only an administrator of this hub changes that.')
    expect(where).not_to_contain_text('Analytical Society')
    expect(hers.get_by_role('button', name='Disable')).to_have_count(0)
    where.get_by_role('button', name='Switch off for The Navy').click()
    expect(hers.locator('.page-head')).to_contain_text('This organisation switched it off')
    story.shot('her-own', hers)
    assert story.call('acme.weather', 'version') == '1.0.0', f'it is off in {own} too'

    # She takes a colleague in, by the address of his account.
    story.api('POST', '/users', {'email': 'howard@example.org', 'name': 'Howard Aiken'})
    story.expected.append('/api/v1/organisations/navy/members')
    story.go('/settings/organisations', hers)
    hers.get_by_role('button', name='Add a member').click()
    dialog = hers.get_by_role('dialog', name='Add a member')
    dialog.get_by_label('E-mail address').fill('nobody@example.org')
    hers.keyboard.press('Enter')
    expect(dialog.get_by_role('alert')).to_contain_text('Nobody has an account with the address nobody@example.org.')
    story.shot('no-such-account', hers)
    dialog.get_by_label('E-mail address').fill('howard@example.org')
    hers.keyboard.press('Enter')
    expect(dialog).to_be_hidden()
    expect(hers.get_by_role('region', name='The Navy')).to_contain_text('howard@example.org')
    story.shot('taken-in', hers)

    # A viewer there sees why, and no button.
    story.api('PUT', f"/organisations/navy/members/{made['id']}", {'role': 'viewer'})
    story.go('/plugins/acme.weather', hers)
    expect(where).to_contain_text('Disabled: This organisation switched it off.')
    expect(hers.locator('#page').get_by_role('button', name='Switch')).to_have_count(0)
    story.shot('viewer', hers)
