"""A page that a plugin made, in a frame of its own origin: signed, as high as its content, in the hub's theme, and unable to reach the hub."""

import json
import os
from pathlib import Path

from harness import ADDRESS, Story, expect, package

GUESTBOOK = Path(os.environ['PATCHBAY_REPOSITORY']) / 'plugins/guestbook'
PRY = '''export default async function (root, patchbay) {
  const tried = {};
  try { tried.parent = String(window.parent.document.title); } catch (error) { tried.parent = error.name; }
  try { tried.top = String(window.top.location.href); } catch (error) { tried.top = error.name; }
  tried.cookie = document.cookie;
  try { tried.api = (await fetch('HUB/api/v1/session', { credentials: 'include' })).status; } catch (error) { tried.api = error.name; }
  try { tried.route = (await patchbay.call('/who')).status; } catch (error) { tried.route = error.message; }
  patchbay.navigate('/settings/people');
  root.textContent = JSON.stringify(tried);
}'''

with Story('plugin-page') as story:
    page = story.page
    story.set_up()
    files = {str(path.relative_to(GUESTBOOK)): path.read_text() for path in GUESTBOOK.rglob('*') if path.is_file() and path.name != 'patchbay.json'}

    story.install(package(json.loads((GUESTBOOK / 'patchbay.json').read_text()), files), 'guestbook.tgz')
    story.go('/')
    page.get_by_role('navigation', name='Places').get_by_role('link', name='Guestbook').click()
    frame = page.frame_locator('iframe')
    field = frame.get_by_label('Your line')
    expect(field).to_be_visible()
    box = page.locator('iframe')
    before = box.bounding_box()['height']
    field.fill('Here it was quiet.')
    frame.get_by_role('button', name='Sign').click()
    expect(frame.get_by_role('list', name='Entries')).to_contain_text('Here it was quiet.')
    expect(frame.get_by_role('list', name='Entries')).to_contain_text('Ada Lovelace')
    expect(page.get_by_role('status').filter(has_text='Signed.')).to_be_visible()
    for line in ['Rain at noon.', 'A redwing.', 'Nobody came.', 'Snow.', 'Two deer.']:
        field.fill(line)
        frame.get_by_role('button', name='Sign').click()
        expect(frame.get_by_role('listitem').first).to_contain_text(line)
    story.wait_for(lambda: box.bounding_box()['height'] > before + 100, 'the frame to grow')
    inside = next(one for one in page.frames if one is not page.main_frame)
    # The height comes by message, a moment after the content.
    for _ in range(100):
        if inside.evaluate('() => document.documentElement.scrollHeight <= innerHeight + 1'):
            break
        page.wait_for_timeout(50)
    assert inside.evaluate('() => document.documentElement.scrollHeight <= innerHeight + 1'), 'the frame scrolls inside'
    story.shot('guestbook')

    # The theme follows, without loading the page again.
    inside.evaluate('window.stayed = true')
    story.theme('dark')
    story.wait_for(lambda: inside.evaluate('() => document.documentElement.dataset.theme') == 'dark', 'the frame to turn dark')
    assert inside.evaluate("() => getComputedStyle(document.documentElement).getPropertyValue('--pb-text').trim()") == \
        page.evaluate("() => getComputedStyle(document.documentElement).getPropertyValue('--pb-text').trim()")
    assert inside.evaluate('window.stayed') is True
    story.shot('guestbook-dark')
    story.theme('light')

    # Another origin: no cookie, no way to the page around it, no way to the hub's API.
    prying = {'id': 'acme.pry', 'name': 'Pry', 'version': '1.0.0', 'entry': 'index.ts', 'permissions': [], 'contributions': {
        'routes': [{'id': 'who', 'title': 'Who', 'methods': ['GET'], 'path': '/who'}],
        'pages': [{'id': 'pry', 'title': 'Pry', 'path': '/pry', 'navigationLabel': 'Pry', 'source': 'ui/pry.js'}]}}
    story.install(package(prying, {'index.ts': "export const routes = { who: () => ({ status: 200, body: 'me' }) };", 'ui/pry.js': PRY.replace('HUB', ADDRESS)}), 'pry.tgz')
    story.expected += ['Content Security Policy', 'Refused to connect', 'Blocked a frame']
    story.go('/pages/acme.pry/pry')
    said = json.loads(page.frame_locator('iframe').locator('#page').filter(has_text='parent').text_content())
    assert said == {'parent': 'SecurityError', 'top': 'SecurityError', 'cookie': '', 'api': 'TypeError', 'route': 200}, said
    expect(page).to_have_url(f'{ADDRESS}/pages/acme.pry/pry')
    inside = next(one for one in page.frames if one is not page.main_frame)
    assert '.localhost:' in inside.url and ADDRESS not in inside.url.split('?')[0], inside.url
    assert not story.context.cookies(inside.url.split('?')[0]), 'the frame has a cookie'
