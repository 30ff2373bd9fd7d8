"""What every story shares: a browser on a hub that was started for it, words for what people do, and what must always hold.

A story is a script: `with Story('name') as story: …`. The hub's address and setup link come in the environment, screenshots go where it says.
A failure is told on standard error with the page's address and a screenshot; the exit code is then 1.
"""

import io
import json
import os
import sys
import tarfile
import time
import traceback
from pathlib import Path

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page, expect, sync_playwright

ADDRESS = os.environ['PATCHBAY_ADDRESS']
SETUP_CODE = os.environ.get('PATCHBAY_SETUP_CODE', '')
SHOTS = Path(os.environ.get('PATCHBAY_SHOTS', '/tmp/patchbay-shots'))
CHROMIUM = os.environ.get('PATCHBAY_CHROMIUM', '/usr/bin/chromium')
PATIENCE_MS = 30_000
ADA = {'email': 'ada@example.org', 'name': 'Ada Lovelace', 'password': 'an engine weaves patterns'}

expect.set_options(timeout=PATIENCE_MS)
axe_source = Path(AXE_FILE_PATH).read_text()


class Story:
    """One browser with one profile. `page` is where the story happens; `others` are more people, each with a profile of their own."""

    def __init__(self, name, viewport=(1280, 800), scheme='light'):
        self.name, self.viewport, self.scheme = name, viewport, scheme
        self.complaints = []
        self.expected = ['401 (Unauthorized)']
        self.shot_count = 0
        self.csrf = {}
        self.open_requests = {}

    def __enter__(self):
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(
            executable_path=CHROMIUM, args=['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--force-color-profile=srgb'])
        self.context = self.new_person()
        self.page = self.new_page(self.context)
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None and self.complaints:
                raise AssertionError(f'{len(self.complaints)} complaints of the console and axe')
            return False
        except AssertionError:
            kind, error, trace = sys.exc_info()
            return self.failed(error)
        finally:
            if kind is not None:
                self.failed(error)
            self.browser.close()
            self.playwright.stop()
            if kind is not None:
                os._exit(1)

    def failed(self, error):
        print(f'story {self.name}: {type(error).__name__}: {error}', file=sys.stderr)
        for frame in traceback.extract_tb(error.__traceback__):
            if '/stories/' in frame.filename:
                print(f'  at {Path(frame.filename).name}:{frame.lineno}: {frame.line}', file=sys.stderr)
        try:
            self.page.screenshot(path=SHOTS / f'{self.name}-FAILED.png')
            print(f'  page {self.page.url}, see {SHOTS / f"{self.name}-FAILED.png"}', file=sys.stderr)
        except Exception as problem:  # The page may be gone; the failure above is what counts.
            print(f'  no screenshot: {problem}', file=sys.stderr)
        for complaint in self.complaints:
            print(f'  {complaint}', file=sys.stderr)
        sys.stderr.flush()

    # People and pages

    def new_person(self, **options):
        context = self.browser.new_context(
            viewport={'width': self.viewport[0], 'height': self.viewport[1]}, color_scheme=self.scheme, locale='en-GB',
            reduced_motion='reduce', **options)
        context.set_default_timeout(PATIENCE_MS)
        return context

    def new_page(self, context):
        page = context.new_page()
        page.on('console', lambda message: self.heard(message.type, f"{message.text} {message.location.get('url', '')}"))
        asked = self.open_requests[page] = set()
        page.on('request', lambda request: '/api/v1/' in request.url and '/api/v1/events' not in request.url and asked.add(request))
        page.on('requestfinished', lambda request: asked.discard(request))
        page.on('requestfailed', lambda request: asked.discard(request))
        page.on('pageerror', lambda error: self.complaints.append(f'uncaught: {error}'))
        return page

    def heard(self, kind, text):
        """Chromium reports each answer that is no success; those a story provokes are named in `expected`."""
        if kind == 'error' and not any(part in text for part in self.expected):
            self.complaints.append(text)

    def set_up(self, context=None):
        """The first account, made through the API: one story does it by hand."""
        context = context or self.context
        answer = context.request.post(
            f'{ADDRESS}/api/v1/setup', data={**ADA, 'code': SETUP_CODE, 'organisation': 'Analytical Society'}, headers={'origin': ADDRESS})
        assert answer.ok, f'setting up: {answer.status} {answer.text()}'
        self.csrf[context] = answer.json()['csrfToken']

    def go(self, path, page=None):
        page = page or self.page
        self.open_requests[page].clear()
        page.goto(ADDRESS + path)
        expect(page.locator('h1').first).to_be_visible()
        self.settle(page)
        return page

    def settle(self, page=None):
        """Waits until a page has what it asked the hub for, and has drawn it."""
        page = page or self.page
        drawn = '() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'
        page.evaluate(drawn)
        self.wait_for(lambda: not self.open_requests[page], f'answers to {page.url}', page=page)
        page.evaluate(drawn)

    def turn(self, path):
        """To another page without loading the interface again, as its links do."""
        self.page.evaluate("(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path)
        self.settle()
        expect(self.page.locator('h1').first).to_be_visible()

    # The API, as the person of a profile

    def api(self, method, path, body=None, context=None, headers=None):
        context = context or self.context
        sent = {'x-csrf-token': self.csrf.get(context, ''), 'origin': ADDRESS, **(headers or {})}
        options = {'method': method, 'headers': sent}
        if isinstance(body, bytes):
            options['data'] = body
        elif body is not None:
            options['data'] = json.dumps(body)
            sent['content-type'] = 'application/json'
        answer = context.request.fetch(f'{ADDRESS}/api/v1{path}', **options)
        text = answer.text()
        assert answer.ok, f'{method} {path}: {answer.status} {text}'
        return json.loads(text) if text else None

    def call(self, plugin, export, argument=None):
        return self.api('POST', f'/plugins/{plugin}/call', {'export': export, 'argument': argument})['result']

    def install(self, archive, name, grant=True):
        """Installs a package through the API and waits; grants what it asks for unless told otherwise."""
        began = self.api('POST', '/plugins/installations', archive, headers={'content-type': 'application/gzip', 'x-file-name': name})
        made = self.wait_for(lambda: self.over(began['id']), f'{name} to be installed')
        assert made['state'] == 'done', f'installing {name}: {made}'
        if grant:
            asked = self.api('GET', f"/plugins/{made['plugin']}/consent")
            self.api('POST', f"/plugins/{made['plugin']}/consent", {'grants': [one['permission'] for one in asked['permissions']]})
        return made['plugin']

    def over(self, installation):
        job = self.api('GET', f'/plugins/installations/{installation}')
        return job if job['state'] in ('done', 'failed', 'cancelled') else None

    # Waiting, looking, showing

    def wait_for(self, look, what, seconds=PATIENCE_MS / 1000, page=None):
        deadline = time.monotonic() + seconds
        while True:
            found = look()
            if found:
                return found
            assert time.monotonic() < deadline, f'waited {seconds:.0f} s for {what}'
            (page or self.page).wait_for_timeout(20)

    def shot(self, name, page=None, full=False):
        self.shot_count += 1
        (page or self.page).screenshot(path=SHOTS / f'{self.name}-{self.shot_count:02}-{name}.png', full_page=full)

    def theme(self, scheme, page=None):
        if (page or self.page).evaluate('() => document.documentElement.dataset.theme') == scheme:
            return
        (page or self.page).emulate_media(color_scheme=scheme)
        expect((page or self.page).locator('html')).to_have_attribute('data-theme', scheme)

    def accessible(self, where, page: Page | None = None, rules=None):
        """No violation of WCAG 2.2 AA or of axe's best practices, on the page and in plugins' frames."""
        page = page or self.page
        options = {'resultTypes': ['violations'], 'iframes': False}
        if rules:
            options['runOnly'] = {'type': 'rule', 'values': rules}
        for frame in page.frames:
            if not frame.evaluate('() => typeof axe === "object"'):
                frame.evaluate(axe_source)
            found = frame.evaluate('(options) => axe.run(document, options).then((result) => result.violations)', options)
            if frame is not page.main_frame:
                # The page around it has the landmarks and the heading.
                found = [one for one in found if one['id'] not in ('landmark-one-main', 'page-has-heading-one', 'region')]
            told = [
                f"{one['id']} ({one['help']}): {node['target']} {node['html'][:160]} {' '.join((node.get('failureSummary') or '').split())[:300]}"
                for one in found for node in one['nodes']]
            # Told at the end, all at once.
            self.complaints += [f'axe on {where}: {one}' for one in told]

    def fits(self, where, page=None):
        """Nothing sticks out sideways."""
        page = page or self.page
        wide, has = page.evaluate('() => [document.documentElement.scrollWidth, window.innerWidth]')
        if wide <= has:
            return
        out = page.evaluate('''() => [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 5).map((one) => one.outerHTML.slice(0, 120))''')
        self.complaints.append(f'{where} is {wide} px wide in a window of {has}: {out}')


def package(manifest, files):
    """A package as `npm pack` makes it: a .tgz with all below `package/`. One of another host's format has its manifest among the files."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode='w:gz') as archive:
        for path, text in {**({'patchbay.json': json.dumps(manifest, indent=2)} if manifest else {}), **files}.items():
            data = text.encode()
            entry = tarfile.TarInfo(f'package/{path}')
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return made.getvalue()


WEATHER = {
    'id': 'acme.weather', 'name': 'Acme Weather', 'description': 'Tells the weather of a place.', 'entry': 'index.ts',
    'publisher': {'name': 'Acme'}, 'license': 'Apache-2.0',
    'configuration': [
        {'key': 'apiKey', 'type': 'text', 'label': 'API key', 'help': 'From your account at Acme.', 'secret': True, 'required': True},
        {'key': 'place', 'type': 'text', 'label': 'Place', 'default': 'Oslo', 'limits': {'lengthMax': 20}},
        {'key': 'days', 'type': 'integer', 'label': 'Days ahead', 'default': 3, 'limits': {'minimum': 1, 'maximum': 14}},
        {'key': 'isMetric', 'type': 'boolean', 'label': 'Metric units', 'default': True},
    ],
}


def weather(version='1.0.0', permissions=None, code=None, **manifest):
    """A version of the plugin that most stories install."""
    asked = [{'permission': 'network:outbound:api.weather.test', 'reason': 'To ask for the forecast.'}] if permissions is None else permissions
    return package(
        {**WEATHER, 'version': version, 'permissions': asked, **manifest},
        {
            'index.ts': code or f'''import {{ log }} from '@patchbay/plugin';
export const version = () => '{version}';
export function forecast(place: string) {{ log.info(`asked for ${{place}}`, {{ place }}); return {{ place, sky: 'clear', version: '{version}' }}; }}
export function fail(): never {{ throw new Error('The sky fell.'); }}
''',
            'README.md': '# Acme Weather\n\nTells the weather of a **place**.\n\n- small\n- quick\n\n<script>alert(1)</script>\n',
        })
