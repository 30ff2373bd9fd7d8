"""Somebody without rights on the hub: a code sets their password, and no operator's button is shown to them."""

import re

from harness import ADDRESS, Story, expect, weather

with Story('member') as story:
    story.set_up()
    story.install(weather(permissions=[]), 'weather.tgz')
    page = story.go('/settings/people')
    page.get_by_role('button', name='Add a person').click()
    dialog = page.get_by_role('dialog', name='Add a person')
    dialog.get_by_label('Name').fill('Grace Hopper')
    dialog.get_by_label('E-mail').fill('grace@example.org')
    dialog.get_by_role('button', name='Add').click()
    told = page.get_by_role('dialog', name='Code for Grace Hopper')
    link = told.locator('code').text_content()
    story.shot('invited')
    page.keyboard.press('Enter')
    expect(told).to_be_hidden()
    organisation = story.api('GET', '/organisations')[0]['slug']
    grace = next(one for one in story.api('GET', '/users') if one['email'] == 'grace@example.org')
    story.api('PUT', f"/organisations/{organisation}/members/{grace['id']}", {'role': 'viewer'})

    person = story.new_person()
    hers = story.new_page(person)
    hers.goto(link)
    hers.get_by_label('Password').fill('nanoseconds of wire')
    hers.get_by_role('button', name='Set it and sign in').click()
    places = hers.get_by_role('navigation', name='Places')
    expect(places).to_be_visible()
    for name in ['Store', 'Audit log']:
        expect(places.get_by_role('link', name=name)).to_have_count(0)
    # One look for all of them, each the whole name.
    buttons = ['Install', 'Install a plugin', 'Disable', 'Enable', 'More', 'Save', 'Grant', 'Take back', 'Roll back', 'Review', 'Configure', 'Take back what was never used']
    any_of_them = re.compile('^(' + '|'.join(map(re.escape, buttons)) + ')$')
    for path in ['/', '/plugins', '/plugins/acme.weather', '/plugins/acme.weather/permissions', '/plugins/acme.weather/configuration',
                 '/plugins/acme.weather/versions', '/plugins/acme.weather/consent', '/plugins?install=1', '/settings']:
        story.go(path, hers)
        for role in ['button', 'link']:
            shown = hers.locator('#page').get_by_role(role, name=any_of_them)
            assert shown.count() == 0, f'{path} shows {shown.all_inner_texts()} to somebody who may not'
        # Whatever the organisation is called.
        assert hers.locator('#page').get_by_role('button', name='Switch').count() == 0, f'{path} shows a switch to somebody who may not'
        story.shot(path.strip('/').replace('/', '-').split('?')[0] or 'overview', hers)
        if path in ('/', '/plugins/acme.weather'):
            story.accessible(f'{path} of a member', hers)
    story.go('/settings/people', hers)
    expect(hers.get_by_text('These settings are for administrators of this hub.')).to_be_visible()
    expect(hers.get_by_role('button', name='Add a person')).to_have_count(0)
