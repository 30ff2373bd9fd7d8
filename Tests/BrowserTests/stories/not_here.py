"""Ways that lead nowhere: an address that is not there, and a provider that did not let somebody in."""

import os
import re
from pathlib import Path

from harness import ADDRESS, Story, expect

ERRORS = (Path(os.environ['PATCHBAY_REPOSITORY']) / 'docs/errors.md').read_text()
# Those that a return from a provider can end with.
CODES = sorted(set(re.findall(r'^\| `(oidc\.[a-z-]+)`', ERRORS, re.M)) - {'oidc.bad-settings', 'oidc.not-found'}) + ['account.not-invited', 'account.too-many-tries', 'account.busy']

with Story('not-here') as story:
    page = story.page
    story.expected.append('404 (Not Found)')
    story.set_up()
    answer = page.goto(f'{ADDRESS}/nowhere/at/all')
    assert answer.status == 404, answer.status
    expect(page.get_by_role('heading', name='There is nothing here', level=1)).to_be_visible()
    expect(page.get_by_text('/nowhere/at/all')).to_be_visible()
    expect(page.get_by_role('navigation', name='Places')).to_be_visible()
    story.accessible('an address that is not there')
    story.shot('nowhere')
    page.get_by_role('link', name='To the overview').click()
    expect(page).to_have_url(ADDRESS + '/')
    expect(page.get_by_role('heading', name='No plugins yet')).to_be_visible()
    # Programs read a problem.
    told = story.context.request.get(f'{ADDRESS}/nowhere', headers={'accept': 'application/json'})
    assert told.status == 404 and told.json()['code'] == 'request.no-such-route', told.text()

    # Somebody who is not signed in is not asked to sign in for nothing.
    door = story.new_page(story.new_person())
    door.goto(f'{ADDRESS}/nowhere')
    expect(door.get_by_role('heading', name='There is nothing here', level=1)).to_be_visible()
    story.accessible('an address that is not there, signed out', door)
    story.shot('nowhere-signed-out', door)
    door.get_by_role('link', name='To the start').click()
    expect(door.get_by_role('heading', name='Sign in')).to_be_visible()

    # Back from a provider without being signed in: in words, with whose turn it is, and once.
    note = door.get_by_role('alert')
    said = set()
    assert len(CODES) >= 9, CODES
    for code in CODES:
        door.goto(f'{ADDRESS}/?problem={code}')
        expect(note).to_contain_text(code)
        assert re.search(r'[Yy]our turn|operator|administrator|Whoever', note.text_content()), f'{code}: nobody\'s turn in {note.text_content()}'
        said.add(note.locator('strong').text_content())
        expect(door).to_have_url(ADDRESS + '/')
        if code in ('account.not-invited', 'oidc.bad-return'):
            story.shot(code, door)
    assert len(said) == len(CODES), f'some codes have no words of their own: {said}'
    story.accessible('signing in after a failed return', door)
    door.reload()
    expect(door.get_by_role('heading', name='Sign in')).to_be_visible()
    expect(note).to_have_count(0)
    # A code that nobody knows, and what is no code at all.
    for code in ['oidc.of-tomorrow', '%3Cb%3Eyou%20won%3C/b%3E']:
        door.goto(f'{ADDRESS}/?problem={code}')
        expect(note.locator('strong')).to_have_text('Signing in at the provider did not work.')
        assert 'won' not in door.content()
