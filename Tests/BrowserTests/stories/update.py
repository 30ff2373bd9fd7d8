"""Updates: the old version answers until somebody decides, without the new right or with it, and a version that fails is taken back by itself."""

from harness import Story, expect, weather

ASKED = [{'permission': 'network:outbound:api.weather.test', 'reason': 'To ask for the forecast.'}]
MORE = ASKED + [{'permission': 'data:write:documents', 'reason': 'To keep forecasts.'}]
FAILING = '''export const version = () => { throw new Error('Nobody is at home.'); };'''

with Story('update') as story:
    page = story.page
    story.set_up()
    story.install(weather('1.0.0', ASKED, configuration=[]), 'weather-1.0.0.tgz')
    assert story.call('acme.weather', 'version') == '1.0.0'
    story.go('/plugins')
    story.install(weather('2.0.0', MORE, configuration=[]), 'weather-2.0.0.tgz', grant=False)
    row = page.get_by_role('list', name='Installed plugins').get_by_role('listitem')
    # The list learns of it by itself.
    expect(row).to_contain_text('Update waits')
    story.shot('update-waits')
    assert story.call('acme.weather', 'version') == '1.0.0'
    row.get_by_role('link', name='Review update').click()
    expect(page.get_by_role('heading', name='Update to 2.0.0')).to_be_visible()
    expect(page.get_by_text('1.0.0 keeps running until you decide.')).to_be_visible()
    new = page.get_by_role('listitem').filter(has_text='It may add, change and delete documents')
    expect(new).to_contain_text('new')
    expect(new).to_contain_text('To keep forecasts.')
    expect(page.get_by_role('listitem').filter(has_text='api.weather.test')).to_contain_text('as before')
    story.shot('review')
    page.get_by_role('button', name='Update without the new right').click()
    expect(page.locator('.page-head h1')).to_contain_text('2.0.0')
    assert story.call('acme.weather', 'version') == '2.0.0'
    page.get_by_role('link', name='Permissions').click()
    permissions = page.get_by_role('list', name='Permissions')
    expect(permissions.get_by_role('listitem').filter(has_text='documents')).to_contain_text('not granted')
    story.shot('without-the-right')
    permissions.get_by_role('button', name='Grant It may add').click()
    expect(permissions.get_by_role('listitem').filter(has_text='documents')).to_contain_text('never used')

    # Back by hand.
    page.get_by_role('link', name='Versions').click()
    page.get_by_role('row').filter(has_text='1.0.0').get_by_role('button', name='Roll back').click()
    dialog = page.get_by_role('dialog')
    expect(dialog).to_contain_text('Settings and grants stay')
    story.shot('roll-back')
    dialog.get_by_role('button', name='Roll back').click()
    expect(page.get_by_role('row').filter(has_text='1.0.0')).to_contain_text('runs')
    assert story.call('acme.weather', 'version') == '1.0.0'

    # A version that fails its first calls.
    story.install(weather('3.0.0', ASKED, FAILING, configuration=[]), 'weather-3.0.0.tgz', grant=False)
    story.go('/plugins/acme.weather/consent?version=3.0.0')
    page.get_by_role('button', name='Grant and update').click()
    expect(page.locator('.page-head h1')).to_contain_text('3.0.0')
    expect(page.get_by_role('note')).to_contain_text('3.0.0 is on trial.')
    story.shot('on-trial')
    for _ in range(2):
        try:
            story.call('acme.weather', 'version')
        except AssertionError as failure:
            assert 'Nobody is at home.' in str(failure) or 'plugin.threw' in str(failure), failure
    expect(page.locator('.page-head h1')).to_contain_text('1.0.0')
    expect(page.get_by_role('note')).to_have_count(0)
    # Every organisation reads why; the plugin's own words may hold what is one organisation's, and stand among the failures.
    expect(page.locator('.page-head')).to_contain_text('3.0.0 was taken back: 2 of its first 2 calls failed')
    expect(page.locator('.page-head')).not_to_contain_text('Nobody is at home')
    story.shot('taken-back')
    page.get_by_role('link', name='Activity').click()
    failures = page.get_by_role('region', name='Failures')
    expect(failures).to_contain_text('Nobody is at home.')
    expect(failures).to_contain_text('version 3.0.0')
    assert story.call('acme.weather', 'version') == '1.0.0'
