"""Every page, in light and dark: nothing that axe finds, nothing in the console, nothing wider than its window."""

from harness import ADDRESS, Story, expect, weather

PAGES = [
    '/', '/plugins', '/plugins?state=needs-you&q=nothing-is-called-so', '/plugins/acme.weather', '/plugins/acme.weather/permissions',
    '/plugins/acme.weather/configuration', '/plugins/acme.weather/activity', '/plugins/acme.weather/versions', '/plugins/acme.weather/about',
    '/plugins/acme.weather/consent?version=2.0.0', '/plugins/patchbay.field-notes/consent', '/plugins/patchbay.field-notes/about', '/integrations',
    '/store', '/rules', '/rules/new', '/rules/no-such', '/signals', '/decisions', '/decisions/0', '/items', '/item-types', '/item-types?new=1', '/banks?new=1', '/policies',
    '/rule-actions?new=1', '/item-users', '/item-users/member/nobody', '/reviews', '/reviews?new=1', '/reviews/no-such', '/routing', '/routing/new', '/journal', '/audit', '/settings/account', '/settings/tokens', '/settings/organisations', '/settings/people', '/settings/keys',
    '/settings/machine', '/pages/patchbay.guestbook/book', '/settings/nowhere', '/plugins/no.such', '/nowhere',
]

# Of the others one picture is enough.
IN_DARK = {'/', '/plugins', '/plugins/acme.weather/activity', '/plugins/acme.weather/consent?version=2.0.0', '/pages/patchbay.guestbook/book'}

with Story('every-page') as story:
    page = story.page
    # A plugin there is not.
    story.expected.append('404 (Not Found)')
    for path, name in [('/setup', 'setup'), ('/redeem#code=AAAAA', 'redeem')]:
        story.go(path)
        for scheme in ['light', 'dark']:
            story.theme(scheme)
            story.accessible(f'{path} in {scheme}')
            story.shot(f'{name}-{scheme}')
    story.set_up()
    story.install(weather(), 'weather-1.0.0.tgz')
    more = [{'permission': 'network:outbound:api.weather.test', 'reason': 'To ask for the forecast.'}, {'permission': 'data:write:documents', 'reason': 'To keep forecasts.'}]
    story.install(weather('2.0.0', more), 'weather-2.0.0.tgz', grant=False)
    story.api('PUT', '/plugins/acme.weather/configuration?scope=hub', {'values': {}, 'secrets': {'apiKey': 'k-1'}})
    story.api('POST', '/plugins/patchbay.guestbook/consent', {'grants': []})
    for _ in range(3):
        story.call('acme.weather', 'forecast', 'Oslo')
    try:
        story.call('acme.weather', 'fail')
    except AssertionError:
        pass  # It fails to have a failure to show.
    story.go('/')
    for place, path in enumerate(PAGES):
        story.turn(path)
        if path.startswith('/pages/'):
            expect(page.frame_locator('iframe').get_by_role('button', name='Sign')).to_be_visible()
        # Each page begins in the theme that the one before ended in.
        schemes = ['light', 'dark'] if place % 2 == 0 else ['dark', 'light']
        for scheme in schemes:
            story.theme(scheme)
            # The themes differ in colours only, so the rules about colours are what a second look can find.
            story.accessible(f'{path} in {scheme}', rules=None if scheme == schemes[0] else ['color-contrast', 'link-in-text-block'])
            name = path.strip('/').replace('/', '-').split('?')[0] or 'overview'
            if scheme == 'light' or path in IN_DARK:
                story.shot(f'{name}-{scheme}')
        story.fits(path)
    other = story.new_person()
    door = story.new_page(other)
    door.goto(ADDRESS + '/plugins')
    expect(door.get_by_role('heading', name='Sign in')).to_be_visible()
    for scheme in ['light', 'dark']:
        story.theme(scheme, door)
        story.accessible(f'signing in, in {scheme}', door)
        story.shot(f'sign-in-{scheme}', door)
