"""Removing: what will go, in numbers and names, before it goes; and only when it is meant."""

from harness import Story, expect, weather

KEEPS = '''import { state } from '@patchbay/plugin';
export async function keep(name: string) { await state.set(name, 1); }
'''

with Story('remove') as story:
    page = story.page
    story.set_up()
    story.install(weather(permissions=[], code=KEEPS), 'weather.tgz')
    story.api('PUT', '/plugins/acme.weather/configuration?scope=hub', {'values': {'place': 'Bergen'}, 'secrets': {'apiKey': 'k'}})
    for name in ['one', 'two', 'three']:
        story.call('acme.weather', 'keep', name)
    story.go('/plugins/acme.weather')
    page.get_by_role('button', name='More').click()
    page.get_by_role('button', name='Remove…').click()
    dialog = page.get_by_role('dialog', name='Remove Acme Weather')
    for words in ['1 version', '1 setting', '1 secret', '3 stored values']:
        expect(dialog).to_contain_text(words)
    sure = dialog.get_by_role('button', name='Remove for good')
    expect(sure).to_be_disabled()
    story.shot('what-goes')
    story.accessible('the removal dialog')
    page.keyboard.press('Escape')
    expect(dialog).to_be_hidden()
    page.get_by_role('button', name='More').click()
    page.get_by_role('button', name='Remove…').click()
    dialog.get_by_label('Type acme.weather to confirm').fill('acme.weather')
    page.keyboard.press('Enter')
    expect(page.get_by_role('heading', name='No plugins yet')).to_be_visible()
    expect(page.get_by_role('status').filter(has_text='Acme Weather is removed.')).to_be_visible()
    story.shot('gone')
