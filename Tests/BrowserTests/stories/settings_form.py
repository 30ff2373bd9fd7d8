"""The form made from a plugin's schema: values checked while one types, and a secret that never comes back."""

from harness import ADDRESS, Story, expect, weather

SECRET = 'sk-7f3a-very-secret'

with Story('settings-form') as story:
    page = story.page
    story.set_up()
    story.install(weather(permissions=[]), 'weather.tgz')
    story.go('/plugins/acme.weather')
    head = page.locator('.page-head')
    expect(head).to_contain_text('Needs configuration')
    story.shot('needs-configuration')
    head.get_by_role('link', name='Configure').click()
    save = page.get_by_role('button', name='Save')
    expect(save).to_be_disabled()

    # Wrong while one types, right again, without saving.
    days = page.get_by_label('Days ahead')
    days.fill('40')
    expect(page.locator('#field-days-wrong')).to_be_visible()
    expect(days).to_have_attribute('aria-invalid', 'true')
    days.fill('soon')
    expect(page.locator('#field-days-wrong')).to_have_text('Write a number.')
    story.shot('inline')
    days.fill('7')
    expect(page.locator('#field-days-wrong')).to_be_hidden()
    page.get_by_role('textbox', name='Place').fill('x' * 30)
    expect(page.locator('#field-place-wrong')).to_be_visible()
    page.get_by_role('textbox', name='Place').fill('Bergen')
    expect(page.locator('#field-place-wrong')).to_be_hidden()

    secret = page.get_by_label('API key')
    expect(secret).to_have_attribute('type', 'password')
    secret.fill(SECRET)
    # Whole ones: what the page broke off, to ask anew, has no body anybody could read, and is asked for below.
    asked = []
    page.on('requestfinished', lambda request: '/api/' in request.url and '/events' not in request.url and asked.append(request))
    save.click()
    expect(page.get_by_role('status').filter(has_text='Saved')).to_be_visible()
    expect(page.get_by_text('A value is set.')).to_be_attached()
    expect(page.get_by_text('••••••••')).to_be_visible()
    story.shot('saved')
    expect(head).not_to_contain_text('Needs configuration')
    story.settle()
    answers = [answer for answer in (request.response() for request in asked) if answer.status != 204]
    assert any(answer.request.method == 'PUT' for answer in answers), 'nothing was saved'
    for answer in answers:
        assert SECRET not in answer.text(), f'the secret came back from {answer.url}'
    page.reload()
    expect(page.get_by_text('••••••••')).to_be_visible()
    expect(page.get_by_role('textbox', name='Place')).to_have_value('Bergen')
    assert SECRET not in page.content(), 'the secret stands in the page'
    for path in ['/plugins/acme.weather', '/plugins/acme.weather/configuration', '/plugins', '/audit', '/journal', '/plugins/acme.weather/logs']:
        text = story.context.request.get(f'{ADDRESS}/api/v1{path}').text()
        assert SECRET not in text, f'the secret stands in {path}'

    # A new one can be written, and the old one kept after all.
    page.get_by_role('button', name='Replace API key').click()
    expect(page.get_by_label('API key')).to_be_focused()
    expect(page.get_by_label('API key')).to_have_value('')
    page.get_by_role('button', name='Keep the old one').click()
    expect(page.get_by_text('••••••••')).to_be_visible()
