"""The tour of the README, and its pictures: `UPDATE_SCREENSHOTS=1` writes them anew."""

import os
from pathlib import Path

from harness import Story, expect, weather

IMAGES = Path(os.environ['PATCHBAY_REPOSITORY']) / 'docs/images'
# What a picture may weigh in the repository.
BYTES_MAX = 150 * 1024

with Story('tour', viewport=(1200, 760)) as story:
    page = story.page

    def picture(name):
        story.shot(name)
        made = page.screenshot()
        assert len(made) <= BYTES_MAX, f'the picture {name} has {len(made)} bytes'
        if os.environ.get('UPDATE_SCREENSHOTS') == '1':
            IMAGES.mkdir(parents=True, exist_ok=True)
            (IMAGES / f'{name}.png').write_bytes(made)

    story.set_up()
    asked = [{'permission': 'network:outbound:api.weather.test', 'reason': 'To ask for the forecast.'}]
    more = asked + [{'permission': 'data:write:documents', 'reason': 'To keep forecasts, so that they can be compared with what came.'}]
    route = {'routes': [{'id': 'forecast', 'title': 'Forecast', 'methods': ['GET'], 'path': '/forecast'}]}
    story.install(weather('1.0.0', asked, configuration=[]), 'weather-1.0.0.tgz')
    story.install(weather('1.1.0', more, configuration=[], contributions=route), 'weather-1.1.0.tgz', grant=False)
    for plugin in ['patchbay.guestbook', 'patchbay.contrast', 'PATCHBAY_EXAMPLE_TEXT']:
        story.api('POST', f'/plugins/{plugin}/consent', {'grants': []})
    for place in ['Oslo', 'Bergen', 'Tromsø', 'Bodø', 'Alta', 'Røros']:
        story.call('acme.weather', 'forecast', place)
    story.go('/plugins')
    rows = page.get_by_role('list', name='Installed plugins').get_by_role('listitem')
    expect(rows.filter(has_text='Acme Weather')).to_contain_text('Update waits')
    expect(rows.filter(has_text='Hello')).to_contain_text('Needs consent')
    expect(page.get_by_role('navigation', name='Places').get_by_role('link', name='Guestbook')).to_be_visible()
    # Icons come where rows rest, when they are there.
    page.wait_for_function("() => document.querySelectorAll('li.plugin-row img').length >= 2 && [...document.images].every((one) => one.complete)")
    picture('plugins')
    story.go('/plugins/acme.weather/consent?version=1.1.0')
    expect(page.get_by_role('heading', name='Update to 1.1.0')).to_be_visible()
    picture('update')

    # Fast: what a person waits for, on a machine that does other things too.
    page.goto('about:blank')
    story.go('/plugins')
    paint = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    print(f'first paint after {paint:.0f} ms')
