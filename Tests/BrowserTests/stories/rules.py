"""Signals and rules: an integration is installed and configured, a rule is built by keyboard, tested, kept in versions, tried on what came in, put live,
and tells why a decision fell."""

import json
import os
import re

from harness import Story, expect, package

PHRASES = os.environ['PATCHBAY_REPOSITORY'] + '/plugins/coop-phrase-signals'
PART = 70
SECTIONS = ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations', 'implementationGuidance', 'relevantLinks']

# An integration in Coop's format that wants a setting of each organisation, and then says true for that part of what it is asked about.
SAMPLING = package(None, {
    'package.json': json.dumps({'name': '@acme/coop-integration-sampling', 'version': '1.0.0', 'type': 'module', 'main': 'index.js'}),
    'logo.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#764"/></svg>',
    'index.js': '''
const manifest = {
  id: 'ACME_SAMPLING', name: 'Acme Sampling', version: '1.0.0', description: 'Picks a part of everything.', requiresConfig: true, logoPath: 'logo.svg',
  configurationFields: [{ key: 'truePercentage', label: 'True percentage (0-100)', required: true, inputType: 'text', placeholder: '50' }],
  signalTypeIds: ['ACME_SAMPLE'],
  modelCard: { modelName: 'Acme Sampling', version: '1', sections: %s.map((id) => ({ id, title: id, fields: [{ label: 'Data', value: 'None, sums of letters.' }] })) },
};
function createSignals({ getCredential }) {
  const part = async (org) => (await getCredential(org))?.truePercentage;
  return [{ signalTypeId: 'ACME_SAMPLE', signal: {
    id: { type: 'ACME_SAMPLE' }, displayName: 'Part of everything', description: 'True for a part of what it is asked about.', docsUrl: null, recommendedThresholds: null,
    supportedLanguages: 'ALL', pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING', 'FULL_ITEM'], outputType: { scalarType: 'BOOLEAN' }, getCost: () => 2,
    needsMatchingValues: false, eligibleSubcategories: [], needsActionPenalties: false, integration: manifest.id, allowedInAutomatedRules: true,
    getDisabledInfo: async (org) => (String((await part(org)) ?? '').trim() ? { disabled: false } : { disabled: true, disabledMessage: 'Say first what part of everything should pass.' }),
    run: async ({ value, orgId }) => {
      const sum = [...String(value.value)].reduce((all, letter) => all + letter.charCodeAt(0), 0);
      return { outputType: { scalarType: 'BOOLEAN' }, score: (sum * 37) %% 100 < Number(await part(orgId)) };
    },
  } }];
}
export { manifest, createSignals };
export default { manifest, createSignals };
''' % json.dumps(SECTIONS),
})


def is_picked(text):
    """What the integration above says of a text."""
    return sum(map(ord, text)) * 37 % 100 < PART


TEXTS = [f'{words} {number}' for number in range(20) for words in ['Win big at our CASINO', 'WIN BIG AT OUR CASINO', 'What a lovely day', 'roulette and roses']]

with Story('rules') as story:
    page, press = story.page, story.page.keyboard.press
    keyboard = page.keyboard
    story.set_up()

    # Everything is empty, and says what to do next.
    story.go('/rules')
    places = page.get_by_role('navigation', name='Places')
    expect(places.get_by_role('link', name='Rules')).to_have_attribute('aria-current', 'page')
    expect(page.get_by_role('heading', name='No rules yet')).to_be_visible()
    expect(page.get_by_role('link', name='Build the first one')).to_be_visible()
    for path in ['/rules', '/decisions', '/items', '/item-types', '/banks', '/policies', '/rule-actions']:
        story.turn(path)
        expect(page.locator('.empty')).to_be_visible()
        story.accessible(f'{path}, empty')
    story.shot('empty')

    # The package is sent, looked at and let run; without its setting, its signal is greyed, with its own words.
    story.go('/plugins')
    page.get_by_role('button', name='Install the first one').click()
    dialog = page.get_by_role('dialog', name='Install a plugin')
    dialog.get_by_label('Package file').set_input_files({'name': 'sampling-1.0.0.tgz', 'mimeType': 'application/gzip', 'buffer': SAMPLING})
    dialog.get_by_role('button', name='Install').click()
    page.get_by_role('list', name='Installations').get_by_role('link', name='Review what it asks for').click()
    page.get_by_role('button', name='Let it run').click()
    expect(page.get_by_role('status').filter(has_text='Acme Sampling may run.')).to_be_visible()
    plugin = re.search(r'/plugins/([^/?]+)', page.url)[1]
    story.turn('/signals?signal=ACME_SAMPLE')
    details = page.get_by_role('dialog', name='Part of everything')
    expect(details.get_by_text('Say first what part of everything should pass.')).to_be_visible()
    expect(details.get_by_role('link', name='Use it in a new rule')).to_have_count(0)
    story.accessible('the details of a disabled signal')
    story.shot('disabled-signal')

    # 70 %, for this organisation.
    details.get_by_role('link', name='Configure Acme Sampling').click()
    page.get_by_role('button', name='Only for Analytical Society').click()
    page.get_by_label('True percentage (0-100)').fill(str(PART))
    page.get_by_role('button', name='Save').click()
    expect(page.get_by_role('status').filter(has_text='Saved')).to_be_visible()
    began = story.api('POST', '/plugins/installations', {'source': {'path': PHRASES}})
    phrases = story.wait_for(lambda: story.over(began['id']), 'the phrase signals to be installed')
    assert phrases['state'] == 'done', phrases
    story.api('POST', f"/plugins/{phrases['plugin']}/consent", {'grants': []})

    # Its signals stand beside those built in.
    story.go('/signals')
    gallery = page.get_by_role('list', name='Signals')
    for name in ['Part of everything', 'Shouting', 'Contains text']:
        expect(gallery.get_by_role('listitem').filter(has_text=name).first).to_be_visible()
    expect(gallery.get_by_text('Say first what part of everything should pass.')).to_have_count(0)
    page.get_by_label('Search signals').fill('shouted')
    expect(gallery.get_by_role('listitem')).to_have_count(1)
    story.accessible('the gallery')
    story.shot('gallery')
    gallery.get_by_role('button', name='Details of Shouting').click()
    card = page.get_by_role('dialog', name='Shouting')
    expect(card.get_by_role('heading', name='Model card')).to_be_visible()
    expect(card.get_by_text('fewer false positives')).to_be_visible()
    story.accessible('a signal with its model card')
    story.shot('model-card')
    press('Escape')

    # An item type by hand; a bank, a policy and an action by the API.
    story.turn('/item-types?new=1')
    form = page.get_by_role('dialog', name='New item type')
    form.get_by_label('Name').first.fill('Comment')
    form.get_by_role('button', name='Field', exact=True).click()
    second = form.get_by_role('group', name='Field 2')
    second.get_by_label('Name').fill('posts')
    form.get_by_role('group', name='Field posts').get_by_label('What').select_option(label='number')
    story.accessible('an item type being described')
    story.shot('item-type')
    form.get_by_role('button', name='Save').click()
    expect(page.get_by_role('list', name='Item types')).to_contain_text('Comment')
    story.api('PUT', '/banks/text/casino', {'name': 'Casino words', 'values': ['casino', 'roulette']})
    story.api('PUT', '/policies/spam', {'name': 'Spam', 'description': 'Unwanted advertising'})
    story.api('PUT', '/rule-actions/note', {'name': 'Note it', 'kind': 'journal'})

    # A signal is tried before any rule asks it.
    story.turn('/signals?signal=SHOUTING_SCORE')
    card = page.get_by_role('dialog', name='Shouting')
    card.get_by_role('button', name='Try it on a text').click()
    expect(card.get_by_label('On this text')).to_be_focused()
    for words, score in [('ALL OF IT', '1'), ('quite calm', '0')]:
        card.get_by_label('On this text').fill(words)
        card.get_by_role('button', name='Ask it').click()
        expect(card.get_by_role('status').filter(has_text='It says')).to_contain_text(f'It says {score}')
    story.accessible('a signal being tried')
    story.shot('tried-signal')
    press('Escape')

    # The rule, by keyboard alone from here to the saved draft.
    press('Control+k')
    palette = page.get_by_role('dialog', name='Find anything')
    keyboard.type('build a rule')
    expect(palette.get_by_role('option').first).to_contain_text('Build a rule')
    press('Enter')
    expect(page.get_by_role('heading', name='New rule')).to_be_visible()
    story.settle()

    def focused():
        return page.evaluate('''() => { const one = document.activeElement;
            const labels = one.labels ? [...one.labels].map((label) => label.innerText) : [];
            return [one.getAttribute('aria-label') || labels.join(' ') || one.innerText || one.placeholder || '', getComputedStyle(one).outlineStyle]; }''')

    def reach(name, back=False, turns=80):
        """Tab until something of that name has the focus, which can always be seen."""
        for _ in range(turns):
            press('Shift+Tab' if back else 'Tab')
            said, outline = focused()
            assert outline != 'none', f'focus on "{said}" cannot be seen'
            if name in ' '.join(said.split()):
                return
        raise AssertionError(f'Tab does not reach {name}')

    def choose(name, letters, back=False):
        """A choice of a select, by the first letters of what it says."""
        reach(name, back)
        keyboard.type(letters)

    reach('Name')
    keyboard.type('Casino spam')
    reach('Comment')
    press('Space')
    choose('Look at', 'text (text)')
    expect(page.get_by_label('Look at')).to_have_value('field comment text')
    reach('Signal:')
    press('Enter')
    picker = page.get_by_role('dialog', name=re.compile('Signals for'))
    expect(picker.get_by_label('Search signals')).to_be_focused()
    story.accessible('the gallery of the builder')
    story.shot('picker')
    keyboard.type('contains text')
    expect(picker.get_by_role('button', name='Use Contains text')).to_be_visible()
    reach('Use Contains text')
    press('Enter')
    expect(picker).to_be_hidden()
    condition = page.get_by_role('group', name=re.compile('^Condition: '))
    expect(condition.get_by_label('Texts')).to_be_visible()
    reach('Casino words')
    press('Space')
    expect(condition.first).to_contain_text('bank Casino words')

    # A group with two conditions: the new one has the focus at once.
    reach('Group')
    press('Enter')
    expect(page.get_by_label('Look at').nth(1)).to_be_focused()
    keyboard.type('text (text)')
    reach('Signal:')
    press('Enter')
    keyboard.type('shout')
    reach('Use Shouting')
    press('Enter')
    # What follows is offered, and a press writes it.
    expect(page.get_by_label('Comparison').nth(1)).to_have_value('GREATER_THAN_OR_EQUALS')
    reach('fewer false positives')
    press('Enter')
    expect(page.get_by_label('Threshold')).to_have_value('0.8')
    reach('Condition in ANY of')
    press('Enter')
    expect(page.get_by_label('Look at').nth(2)).to_be_focused()
    keyboard.type('The whole')
    reach('Signal:')
    expect(page.get_by_role('button', name='Signal: Part of everything')).to_be_focused()

    # Up, out of the group, and taken back; the moved one keeps the focus.
    reach('Move or remove The whole item')
    press('Alt+ArrowUp')
    said = page.locator('.root-group > [role=status]')
    expect(said).to_contain_text('to 1 of 2 in ANY of')
    expect(page.get_by_role('button', name=re.compile('Move or remove The whole item'))).to_be_focused()
    press('Alt+ArrowUp')
    expect(said).to_contain_text('in ALL of')
    press('Control+z')
    press('Control+z')
    group = page.get_by_role('group', name='Group: ANY of')
    expect(group.get_by_role('group', name=re.compile('^Condition: '))).to_have_count(2)
    expect(group.get_by_role('group', name=re.compile('^Condition: ')).nth(1)).to_contain_text('Part of everything')
    # Its menu does the same.
    reach('Move or remove The whole item')
    press('Enter')
    expect(page.get_by_role('button', name='Move up')).to_be_focused()
    press('Enter')
    expect(said).to_contain_text('to 1 of 2 in ANY of')
    press('Control+z')
    story.accessible('the builder')
    story.shot('builder', full=True)

    reach('Note it')
    press('Space')
    reach('Spam')
    press('Space')
    reach('At most this often')
    keyboard.type('1000')
    reach('Tags')
    keyboard.type('spam')
    press('Enter')
    reach('Save as a draft', back=True, turns=120)
    press('Enter')
    expect(page.get_by_role('status').filter(has_text='is a draft')).to_be_visible()
    page.wait_for_url(re.compile('/rules/(?!new)'))
    rule = re.search(r'/rules/([^/?]+)', page.url)[1]
    expect(page.locator('.page-head')).to_contain_text('version 1')
    stored = story.api('GET', f'/rules/{rule}')
    # A set has all leaves or all sets, so the leaf beside the group is wrapped.
    assert [('conditions' in one) for one in stored['conditionSet']['conditions']] == [True, True], stored['conditionSet']
    expect(page.get_by_role('group', name=re.compile('^Condition: '))).to_have_count(3)

    # A pasted item, and why: the tree says which condition, which score, what was not needed.
    test = page.get_by_role('region', name='Test')
    test.get_by_role('button', name='Paste one').click()
    test.get_by_role('textbox', name='Item').fill('{"text": "WIN BIG AT OUR CASINO"')
    test.get_by_role('button', name='Test', exact=True).click()
    expect(test.get_by_role('alert')).to_contain_text('no JSON')
    test.get_by_role('textbox', name='Item').fill('{"text": "WIN BIG AT OUR CASINO", "posts": 1}')
    test.get_by_role('button', name='Test', exact=True).click()
    expect(test.get_by_text('It passes')).to_be_visible()
    why = test.get_by_role('list', name='Why')
    expect(why).to_contain_text('matched “casino”')
    expect(why.get_by_role('listitem').filter(has_text='Shouting').last).to_contain_text('score 1')
    expect(why.locator('.skipped')).to_contain_text('Part of everything')
    expect(why.locator('.skipped')).to_contain_text('not needed')
    story.accessible('a test with its tree')
    for scheme in ['dark', 'light']:
        story.theme(scheme)
        story.accessible(f'the builder in {scheme}', rules=['color-contrast', 'link-in-text-block'])
        story.shot(f'tested-{scheme}', full=True)
    test.get_by_role('textbox', name='Item').fill('{"text": "What a lovely day"}')
    test.get_by_role('button', name='Test', exact=True).click()
    expect(test.get_by_text('It does not pass')).to_be_visible()

    # It is tested again as one edits, and saved as the next version.
    test.get_by_role('textbox', name='Item').fill('{"text": "Win big at our CASINO", "posts": 1}')
    test.get_by_role('button', name='Test', exact=True).click()
    expect(why.get_by_role('listitem').filter(has_text='Shouting ≥ 0.8').last).to_be_visible()
    page.get_by_label('Threshold').fill('0.2')
    expect(why.get_by_role('listitem').filter(has_text='Shouting ≥ 0.2').last).to_be_visible()
    page.get_by_label('Threshold').fill('much')
    expect(page.get_by_label('Threshold')).to_have_attribute('aria-invalid', 'true')
    page.get_by_label('Threshold').fill('0.2')
    page.get_by_role('button', name='Save', exact=True).click()
    expect(page.get_by_role('status').filter(has_text='Saved as version 2.')).to_be_visible()

    # By the mouse: the dots are dragged. Left unsaved, and taken back.
    # All of them in sight, and none below the bar at the top.
    page.evaluate('() => scrollBy(0, document.getElementById("rule-conditions").getBoundingClientRect().top - 90)')
    group.locator('.grip').last.drag_to(page.get_by_role('group', name=re.compile('^Condition: ')).first, target_position={'x': 200, 'y': 4})
    expect(group.get_by_role('group', name=re.compile('^Condition: '))).to_have_count(1)
    page.get_by_role('button', name='Undo', exact=True).click()
    expect(group.get_by_role('group', name=re.compile('^Condition: '))).to_have_count(2)
    expect(page.get_by_role('button', name='Save', exact=True)).to_be_disabled()

    # What changed, in words; and back.
    page.get_by_role('link', name='Versions').click()
    diff = page.get_by_role('list', name='Conditions, with what changed')
    expect(diff.locator('del')).to_contain_text('Shouting ≥ 0.8')
    expect(diff.locator('ins')).to_contain_text('Shouting ≥ 0.2')
    story.accessible('versions and what changed')
    story.shot('diff')
    page.get_by_role('button', name='Restore version 1').click()
    page.get_by_role('dialog', name='Restore version 1?').get_by_role('button', name='Restore it').click()
    expect(page.get_by_role('status').filter(has_text='Version 1 is back, as version 3.')).to_be_visible()
    page.get_by_role('link', name='Build').click()
    expect(page.get_by_label('Threshold')).to_have_value('0.8')

    # What would change, of items that came before it was live.
    story.api('POST', '/items/async', {'items': [{'id': f'c-{place}', 'typeId': 'comment', 'data': {'text': text, 'posts': place % 7}} for place, text in enumerate(TEXTS)]})
    story.wait_for(lambda: story.api('GET', '/items/queue')['waiting'] == 0, 'the items to be decided')
    page.get_by_role('link', name='What would change?').click()
    page.get_by_role('button', name='Run').click()
    figures = page.get_by_role('list', name='What would change')
    expect(figures).to_be_visible()
    outcome = story.api('GET', '/rules/backtests')[0]
    result = outcome['result']
    assert result['items'] == len(TEXTS) and result['wouldStop'] == 0 and result['errored'] == 0, result
    loud = sum(text.isupper() or 'BIG AT' in text for text in TEXTS)
    assert loud <= result['wouldStart'] < len(TEXTS), result
    expect(figures).to_contain_text('would start to pass')
    expect(page.get_by_role('region', name='Items that would be decided otherwise').get_by_role('link').first).to_be_visible()
    story.accessible('what would change')
    story.shot('what-would-change', full=True)

    # Live, after it was said what it will do.
    page.get_by_role('button', name='Put live').click()
    ask = page.get_by_role('dialog', name='Put “Casino spam” live?')
    expect(ask).to_contain_text('every new Comment')
    expect(ask).to_contain_text('Note it')
    expect(ask).to_contain_text('1,000 times a day')
    story.accessible('putting it live')
    ask.get_by_role('button', name='Put live').click()
    expect(page.locator('.page-head')).to_contain_text('Live')

    # A rule on the integration's signal alone passes for its part of what comes, beside the other.
    story.api('POST', '/rules', {
        'name': 'A part of everything', 'contentTypeIds': ['comment'],
        'conditionSet': {'conjunction': 'AND', 'conditions': [{
            'input': {'type': 'CONTENT_FIELD', 'name': 'text', 'contentTypeId': 'comment'}, 'signal': {'type': 'ACME_SAMPLE'}, 'comparator': 'EQUALS', 'threshold': True}]},
    })
    part = next(one for one in story.api('GET', '/rules') if one['name'] == 'A part of everything')
    story.api('PUT', f"/rules/{part['id']}/status", {'status': 'LIVE'})
    decided = [one for start in range(0, len(TEXTS), 40) for one in story.api('POST', '/items', {'items': [
        {'id': f'd-{start + place}', 'typeId': 'comment', 'data': {'text': text}} for place, text in enumerate(TEXTS[start:start + 40])]})['decisions']]
    assert [part['id'] in one['passed'] for one in decided] == [is_picked(text) for text in TEXTS], 'another part passed than the setting says'

    # Why a decision fell.
    story.go(f'/decisions?rule={rule}&outcome=passed')
    rows = page.get_by_role('region', name='Decisions').get_by_role('row')
    expect(rows.nth(1)).to_contain_text('Casino spam')
    story.accessible('decisions')
    story.shot('decisions')
    page.get_by_label('Search decisions').fill('d-1')
    expect(rows.nth(1)).to_contain_text('d-1')
    story.settle()
    page.get_by_role('link', name='d-1', exact=True).click()
    expect(page.get_by_role('heading', level=1)).to_contain_text('Casino spam')
    tree = page.get_by_role('list', name='Why Casino spam passed')
    expect(tree).to_contain_text('matched “casino”')
    expect(tree.get_by_role('listitem').filter(has_text='Shouting').last).to_contain_text('score 1')
    expect(tree).to_contain_text('Phrase signals')
    for scheme in ['dark', 'light']:
        story.theme(scheme)
        story.accessible(f'a decision in {scheme}')
        story.shot(f'decision-{scheme}', full=True)
    page.get_by_role('link', name='d-1', exact=True).click()
    expect(page.get_by_role('heading', level=1)).to_contain_text('Comment d-1')
    story.accessible('an item')
    story.turn('/rules')
    expect(page.get_by_role('list', name='Rules')).to_contain_text('of 1,000 actions today')
    story.turn('/items')
    expect(page.get_by_role('region', name='Items')).to_contain_text('decided')
    story.accessible('items')
    story.shot('items')

    # Taken out with its plugin: the rule says what it lacks, and stays.
    story.api('DELETE', f'/plugins/{plugin}?confirm={plugin}')
    story.turn('/rules')
    expect(page.get_by_role('list', name='Rules').get_by_role('listitem').filter(has_text='A part of everything')).to_contain_text('1 signal missing')
    story.shot('missing')

    # Without room, nothing sticks out.
    page.set_viewport_size({'width': 390, 'height': 800})
    for path in ['/rules', f'/rules/{rule}', f'/rules/{rule}/versions', f'/rules/{rule}/what-would-change', '/signals', '/decisions', f"/decisions/{decided[1]['id']}", '/items',
                 '/item-types', '/banks', '/policies', '/rule-actions']:
        story.turn(path)
        story.fits(path)
    story.turn(f'/rules/{rule}')
    story.shot('narrow', full=True)
