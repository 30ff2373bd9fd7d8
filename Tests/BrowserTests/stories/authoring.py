"""Everyday work with rules: from a signal to a rule, notes and what changed, copies, JSON in and out, items as people read them, settings without a form."""

import json
import re

from harness import Story, expect, package

SECTIONS = ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations', 'implementationGuidance', 'relevantLinks']

# It names no settings, and takes any; one of its signals may only route.
FREE = package(None, {
    'package.json': json.dumps({'name': '@acme/coop-integration-free', 'version': '1.0.0', 'main': 'index.js'}),
    'index.js': '''
const manifest = {
  id: 'ACME_FREE', name: 'Acme Free', version: '1.0.0', requiresConfig: false,
  modelCard: { modelName: 'Acme Free', version: '1', sections: %s.map((id) => ({ id, title: id, fields: [{ label: 'Where', value: 'https://example.org/' + id }] })) },
};
const signal = (type, name, inputs, allowed, run) => ({ signalTypeId: type, signal: {
  id: { type }, displayName: name, description: name + '.', docsUrl: null, recommendedThresholds: null, supportedLanguages: 'ALL', pricingStructure: { type: 'FREE' },
  eligibleInputs: inputs, outputType: { scalarType: 'BOOLEAN' }, getCost: () => 1, needsMatchingValues: false, eligibleSubcategories: [], needsActionPenalties: false,
  integration: manifest.id, allowedInAutomatedRules: allowed, getDisabledInfo: async () => ({ disabled: false }), run } });
module.exports = { manifest, createSignals: ({ getCredential }) => [
  signal('ACME_NIGHT', 'At night', ['DATETIME'], true, async () => {
    try { await fetch('https://clock.acme.invalid/now'); } catch { /* nobody lets it */ }
    return { outputType: { scalarType: 'BOOLEAN' }, score: true };
  }),
  signal('ACME_KEYED', 'Has its key', ['STRING'], false, async ({ orgId }) => {
    const given = await getCredential(orgId);
    return { outputType: { scalarType: 'BOOLEAN' }, score: given?.apiKey === 'key-1' && given?.region === 'eu' };
  }),
] };
''' % json.dumps(SECTIONS),
})

TYPE = {'name': 'Post', 'kind': 'CONTENT', 'schema': [
    {'name': 'text', 'type': 'STRING', 'required': True}, {'name': 'posted', 'type': 'DATETIME'}, {'name': 'picture', 'type': 'IMAGE'},
    {'name': 'author', 'type': 'USER_ID'}, {'name': 'words', 'type': 'ARRAY', 'container': {'containerType': 'ARRAY', 'valueScalarType': 'STRING'}}]}

with Story('authoring') as story:
    page, press = story.page, story.page.keyboard.press
    story.expected += ['422', '400']
    story.set_up()
    story.api('PUT', '/item-types/post', TYPE)
    story.go('/plugins')
    page.get_by_role('button', name='Install the first one').click()
    dialog = page.get_by_role('dialog', name='Install a plugin')
    dialog.get_by_label('Package file').set_input_files({'name': 'free-1.0.0.tgz', 'mimeType': 'application/gzip', 'buffer': FREE})
    dialog.get_by_role('button', name='Install').click()
    page.get_by_role('list', name='Installations').get_by_role('link', name='Review what it asks for').click()
    page.get_by_role('button', name='Let it run').click()
    expect(page.get_by_role('status').filter(has_text='Acme Free may run.')).to_be_visible()
    plugin = re.search(r'/plugins/([^/?]+)', page.url)[1]

    # Settings that nobody declared: an organisation's own first, values as JSON, secrets by name.
    story.turn(f'/plugins/{plugin}/configuration')
    expect(page.get_by_role('button', name='Only for Analytical Society')).to_have_attribute('aria-pressed', 'true')
    settings = page.get_by_label('Settings', exact=True)
    settings.fill('{"region": ')
    settings.blur()
    expect(page.get_by_role('alert')).to_contain_text('no JSON')
    settings.fill('{"region": "eu"}')
    page.get_by_label('Its name').fill('apiKey')
    page.get_by_label('Its value').fill('key-1')
    story.accessible('settings without a form')
    story.shot('free-settings')
    page.get_by_role('button', name='Save', exact=True).click()
    expect(page.get_by_role('list', name='Secrets that are set')).to_contain_text('apiKey')
    expect(page.locator('body')).not_to_contain_text('key-1')
    expect(page.get_by_label('Settings', exact=True)).to_have_value(re.compile('"region": "eu"'))

    # From a signal to a rule: what it looks at is offered, and it stays chosen.
    story.turn('/signals?signal=ACME_NIGHT')
    details = page.get_by_role('dialog', name='At night')
    card = details.locator('details').first
    expect(card.get_by_role('link')).to_be_hidden()
    card.locator('summary').click()
    expect(card.get_by_role('link', name='https://example.org/trainingData')).to_be_visible()
    story.accessible('a model card')
    details.get_by_role('link', name='Use it in a new rule').click()
    expect(page.get_by_text('what At night shall look at')).to_be_visible()
    look = page.get_by_label('Look at')
    assert look.locator('option').all_inner_texts() == ['Look at…', 'posted (date and time)'], look.locator('option').all_inner_texts()
    look.select_option(label='posted (date and time)')
    expect(page.get_by_role('button', name='Signal: At night')).to_be_visible()

    # What it asked for and was refused is told, and can be granted; so can what its guide names.
    panel = page.get_by_role('region', name='Test')
    panel.get_by_label('Item', exact=True).fill('{"text": "a", "posted": "2026-01-31T23:00:00Z"}')
    panel.get_by_role('button', name='Test', exact=True).click()
    expect(panel).to_contain_text('It passes')
    story.turn(f'/plugins/{plugin}/permissions')
    rights = page.get_by_role('list', name='Permissions').get_by_role('listitem')
    expect(rights).to_have_count(1)
    expect(rights.first).to_contain_text('network:outbound:clock.acme.invalid')
    expect(rights.first).to_contain_text('it tried, and was refused')
    for scheme in ['dark', 'light']:
        story.theme(scheme)
        story.accessible(f'hosts of an integration in {scheme}')
        story.shot(f'hosts-{scheme}')
    rights.first.get_by_role('button', name='Grant').click()
    expect(rights.first.get_by_role('button', name='Take back')).to_be_visible()
    host = page.get_by_label('Let it connect to')
    host.fill('not a host')
    host.press('Enter')
    expect(page.get_by_role('alert').first).to_be_visible()
    host.fill('https://API.acme.invalid/')
    host.press('Enter')
    expect(page.get_by_role('list', name='Permissions')).to_contain_text('network:outbound:api.acme.invalid')
    expect(rights).to_have_count(2)

    # Notes and what changed, value by value.
    texts = [f'word {place}' for place in range(12)]
    leaf = {'input': {'type': 'CONTENT_FIELD', 'name': 'text', 'contentTypeId': 'post'}, 'signal': {'type': 'TEXT_MATCHING_CONTAINS_TEXT'}, 'matchingValues': {'strings': texts}}
    rule = story.api('POST', '/rules', {'name': 'Words', 'contentTypeIds': ['post'], 'conditionSet': {'conjunction': 'AND', 'conditions': [leaf]}})
    story.turn(f"/rules/{rule['id']}")
    expect(page.get_by_placeholder('What did you change?')).to_have_count(0)
    page.get_by_role('button', name=re.compile('^Matched with')).click()
    page.get_by_label('Texts', exact=True).fill('\n'.join([*texts[1:], 'casino']))
    page.get_by_placeholder('What did you change?').fill('Casino came up')
    story.shot('note')
    page.get_by_role('button', name='Save', exact=True).click()
    expect(page.get_by_role('status').filter(has_text='Saved as version 2.')).to_be_visible()
    page.get_by_role('link', name='Versions').click()
    expect(page.get_by_role('region', name='Versions')).to_contain_text('Casino came up')
    changes = page.get_by_role('list', name='Values that came and went')
    expect(changes.get_by_role('listitem')).to_have_count(2)
    expect(changes.locator('del')).to_contain_text('“word 0”')
    expect(changes.locator('ins')).to_contain_text('“casino”')
    story.accessible('what changed in a list')
    story.shot('values-changed')

    # A copy, and a rule from JSON.
    page.get_by_role('button', name='More').click()
    page.get_by_role('button', name='Make a copy').click()
    expect(page.get_by_role('heading', name='Copy of Words')).to_be_visible()
    story.turn('/rules')
    page.get_by_role('button', name='From JSON').click()
    dialog = page.get_by_role('dialog', name='A rule from JSON')
    dialog.get_by_label('Rule').fill('{"name": "Sent"}')
    dialog.get_by_role('button', name='Make it a draft').click()
    expect(dialog.get_by_role('alert')).to_contain_text('conditionSet')
    dialog.get_by_label('Rule').fill(json.dumps({**rule, 'name': 'Sent', 'status': 'LIVE'}))
    story.accessible('a rule from JSON')
    story.shot('from-json')
    dialog.get_by_role('button', name='Make it a draft').click()
    expect(page.get_by_role('heading', name='Sent')).to_be_visible()
    assert sorted((one['name'], one['status']) for one in story.api('GET', '/rules')) == [('Copy of Words', 'DRAFT'), ('Sent', 'DRAFT'), ('Words', 'DRAFT')]

    # What came in, as people read it; the same id twice is told apart.
    for text in ['casino tonight', 'tea at five']:
        story.api('POST', '/items', {'items': [{'id': 'p-1', 'typeId': 'post', 'data': {
            'text': text, 'posted': '2026-01-31T12:00:00Z', 'picture': {'url': 'https://pictures.invalid/one.png'}, 'words': ['a', 'b'], 'mood': {'odd': True}}}]})
    story.turn('/items')
    page.get_by_role('link', name='p-1').first.click()
    facts = page.locator('.item-facts')
    expect(facts).to_contain_text('tea at five')
    expect(facts.get_by_role('listitem')).to_have_count(2)
    expect(facts).to_contain_text('{"odd":true}')
    expect(facts.get_by_role('img')).to_have_count(0)
    story.accessible('an item as people read it')
    story.shot('item')
    page.get_by_text('As JSON').click()
    expect(page.locator('pre').first).to_contain_text('"odd": true')
    story.turn(f"/rules/{rule['id']}")
    panel = page.get_by_role('region', name='Test')
    panel.get_by_label('With this text').fill('casino')
    expect(panel.get_by_label('Recent item').locator('option')).to_have_count(1)
    panel.get_by_role('button', name='Test', exact=True).click()
    expect(panel).to_contain_text('It passes')
    panel.get_by_label('With this text').fill('nobody wrote this')
    expect(panel).to_contain_text('No item has this text.')
    panel.get_by_label('With this text').fill('tea')
    expect(panel).to_contain_text('It does not pass')

    # Somebody acts by hand; how often a rule passes is told day by day.
    story.api('PUT', '/rule-actions/note', {'name': 'Note it', 'kind': 'journal'})
    story.api('PUT', f"/rules/{rule['id']}/status", {'status': 'BACKGROUND'})
    for place, text in enumerate(['casino', 'tea', 'casino again']):
        story.api('POST', '/items', {'items': [{'id': f'q-{place}', 'typeId': 'post', 'data': {'text': text}}]})
    story.turn('/items/3')
    page.get_by_role('button', name='Act on it').click()
    dialog = page.get_by_role('dialog', name='Act on q-0')
    dialog.get_by_label('Note it').check()
    story.accessible('acting by hand')
    dialog.get_by_role('button', name='Act', exact=True).click()
    expect(page.get_by_text('Note it: done, by hand')).to_be_visible()
    story.turn('/rules')
    expect(page.get_by_role('list', name='Rules')).to_contain_text('2 of 3 passed today')
    page.get_by_role('link', name='Words', exact=True).click()
    page.get_by_role('link', name='How often').click()
    days = page.get_by_role('region', name='Day by day')
    expect(days.get_by_role('row').nth(1)).to_contain_text('67 %')
    for scheme in ['dark', 'light']:
        story.theme(scheme)
        story.accessible(f'how often in {scheme}')
        story.shot(f'days-{scheme}')

    # What may only route is greyed in a rule and offered where items are routed.
    story.api('PUT', '/review-queues/all', {'name': 'All'})
    for path, count in [(f"/rules/{rule['id']}", 0), ('/routing/new', 1)]:
        story.turn(path)
        if path == '/routing/new':
            page.get_by_label('Look at').select_option(label='text (text)')
        page.get_by_role('button', name=re.compile('^Signal: ')).first.click()
        picker = page.get_by_role('dialog', name=re.compile('Signals for'))
        picker.get_by_label('Search signals').fill('Has its key')
        expect(picker.get_by_role('button', name='Details of Has its key')).to_be_visible()
        expect(picker.get_by_role('button', name='Use Has its key')).to_have_count(count)
        if count:
            picker.get_by_role('button', name='Use Has its key').click()
        else:
            expect(picker).to_contain_text('Only for routing rules')
            press('Escape')
    page.get_by_label('Name').fill('Keyed')
    panel = page.get_by_role('region', name='Where would it go?')
    panel.get_by_role('button', name='Test', exact=True).click()
    expect(panel).to_contain_text('“Keyed” sends it there')

    page.set_viewport_size({'width': 390, 'height': 800})
    for path in [f'/plugins/{plugin}/configuration', f"/rules/{rule['id']}", f"/rules/{rule['id']}/versions", f"/rules/{rule['id']}/days", '/rules', '/rules?import=1', '/items/2']:
        story.turn(path)
        story.fits(path)
        story.shot('narrow' + re.sub('[^a-z]+', '-', path))
