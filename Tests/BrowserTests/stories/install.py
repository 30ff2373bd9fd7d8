"""A package from this computer: sent, looked at, granted, called, switched off and on, and its log as it comes."""

from harness import Story, expect, weather

with Story('install') as story:
    page = story.page
    story.set_up()
    story.go('/plugins')
    expect(page.get_by_role('heading', name='No plugins yet')).to_be_visible()
    page.get_by_role('button', name='Install the first one').click()
    dialog = page.get_by_role('dialog', name='Install a plugin')
    expect(dialog.get_by_role('button', name='Install')).to_be_disabled()

    # A file that is no package is refused with a reason and a remedy.
    dialog.get_by_label('Package file').set_input_files({'name': 'holiday.tgz', 'mimeType': 'application/gzip', 'buffer': b'no archive at all'})
    dialog.get_by_role('button', name='Install').click()
    expect(page.get_by_role('alert').first).to_contain_text('holiday')
    story.shot('no-package')
    page.get_by_role('button', name='Dismiss').first.click()

    page.get_by_role('button', name='Install').first.click()
    dialog.get_by_label('Package file').set_input_files({'name': 'weather-1.0.0.tgz', 'mimeType': 'application/gzip', 'buffer': weather(configuration=[])})
    expect(dialog).to_contain_text('weather-1.0.0.tgz')
    story.shot('upload')
    dialog.get_by_role('button', name='Install').click()
    expect(dialog).to_be_hidden()
    done = page.get_by_role('list', name='Installations')
    expect(done).to_contain_text('Installed acme.weather')
    row = page.get_by_role('list', name='Installed plugins').get_by_role('listitem')
    expect(row).to_contain_text('Needs consent')
    story.shot('needs-consent')

    # Consent: each right in plain words, with the author's reason.
    done.get_by_role('link', name='Review what it asks for').click()
    expect(page.get_by_role('heading', name='Let Acme Weather 1.0.0 run')).to_be_visible()
    expect(page.get_by_label('It may send data to api.weather.test')).to_be_checked()
    expect(page.get_by_text('To ask for the forecast.')).to_be_visible()
    expect(page.get_by_text('medium risk')).to_be_visible()
    story.shot('consent')
    page.get_by_role('button', name='Grant 1 right and let it run').click()
    expect(page.get_by_role('status').filter(has_text='Acme Weather may run.')).to_be_visible()
    head = page.locator('.page-head')
    expect(head.get_by_role('button', name='Disable')).to_be_visible()
    assert story.call('acme.weather', 'version') == '1.0.0'

    # The log, as it comes: nothing is reloaded.
    page.get_by_role('link', name='Activity').click()
    expect(page.get_by_text('It has written nothing yet.')).to_be_visible()
    page.evaluate('window.stayed = true')
    story.call('acme.weather', 'forecast', 'Bergen')
    log = page.get_by_role('log')
    expect(log).to_contain_text('asked for Bergen')
    story.call('acme.weather', 'forecast', 'Tromsø')
    expect(log).to_contain_text('asked for Tromsø')
    assert page.evaluate('window.stayed') is True
    page.get_by_label('Search the log').fill('tromsø')
    expect(log).not_to_contain_text('Bergen')
    story.shot('log')

    # Off and on.
    head.get_by_role('button', name='Disable').click()
    expect(head).to_contain_text('Disabled')
    refused = story.context.request.post(
        page.url.split('/plugins')[0] + '/api/v1/plugins/acme.weather/call', data={'export': 'version'},
        headers={'x-csrf-token': story.csrf[story.context], 'origin': page.url.split('/plugins')[0]})
    assert not refused.ok and 'disabled' in refused.text(), refused.text()
    story.shot('disabled')
    page.get_by_role('button', name='Undo').click()
    expect(head.get_by_role('button', name='Disable')).to_be_visible()
    assert story.call('acme.weather', 'version') == '1.0.0'

    # What was asked for and never used can be taken back.
    page.get_by_role('link', name='Permissions').click()
    page.get_by_role('button', name='Take back what was never used').click()
    expect(page.get_by_text('not granted', exact=True)).to_be_visible()
    story.shot('taken-back')
