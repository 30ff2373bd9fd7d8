"""On a phone: nothing sticks out sideways, and the places come when asked for. And the theme that one chose stays."""

from harness import Story, expect

PATHS = [
    '/', '/plugins', '/plugins/patchbay.field-notes', '/plugins/patchbay.field-notes/consent', '/plugins/patchbay.field-notes/permissions',
    '/plugins/patchbay.field-notes/configuration', '/plugins/patchbay.field-notes/activity', '/plugins/patchbay.field-notes/versions',
    '/plugins/patchbay.field-notes/about', '/integrations', '/store', '/rules', '/rules/new', '/signals', '/decisions', '/item-users', '/item-users/member/nobody', '/reviews', '/routing',
    '/items', '/item-types?new=1', '/banks', '/policies', '/rule-actions', '/journal', '/audit', '/settings/account', '/settings/tokens',
    '/settings/organisations', '/settings/people', '/settings/keys', '/settings/machine', '/pages/patchbay.guestbook/book',
]

with Story('narrow', viewport=(390, 800)) as story:
    page = story.page
    story.set_up()
    story.api('POST', '/plugins/patchbay.guestbook/consent', {'grants': []})
    story.go('/')
    for path in PATHS:
        story.turn(path)
        story.fits(path)
        if path in ('/', '/plugins', '/plugins/patchbay.field-notes/consent', '/settings/people', '/store', '/audit'):
            story.shot(path.strip('/').replace('/', '-') or 'overview')
    places = page.get_by_role('navigation', name='Places')
    expect(places).to_be_hidden()
    page.get_by_role('button', name='Places').click()
    expect(places).to_be_visible()
    story.shot('places')
    story.accessible('the narrow page with its places')
    places.get_by_role('link', name='Journal').click()
    expect(page.get_by_role('heading', name='Journal')).to_be_visible()
    expect(places).to_be_hidden()

    page.get_by_role('button', name='Theme').click()
    page.get_by_role('button', name='Dark').click()
    expect(page.locator('html')).to_have_attribute('data-theme', 'dark')
    page.reload()
    expect(page.locator('html')).to_have_attribute('data-theme', 'dark')
    page.get_by_role('button', name='Theme').click()
    page.get_by_role('button', name='Like the system').click()
    expect(page.locator('html')).to_have_attribute('data-theme', 'light')
    story.theme('dark')
