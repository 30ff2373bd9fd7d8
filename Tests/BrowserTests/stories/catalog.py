"""An integration that makes signals for each organisation: made anew on a press, refused ones change nothing; a condition with arguments; a webhook with words of its own."""

import json
import re

from harness import Story, expect, package

SECTIONS = ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations', 'implementationGuidance', 'relevantLinks']

WORDS = package(None, {
    'package.json': json.dumps({'name': '@acme/coop-integration-words', 'version': '1.0.0', 'type': 'module', 'main': 'index.js'}),
    'index.js': '''
export const manifest = {
  id: 'ACME_WORDS', name: 'Acme Words', version: '1.0.0', description: 'A signal for each word.', requiresConfig: false,
  configurationFields: [{ key: 'words', label: 'Words', required: false, inputType: 'array' }], signalTypeIds: [],
  modelCard: { modelName: 'Acme Words', version: '1', sections: %s.map((id) => ({ id, title: id, fields: [] })) },
};
const shape = (name) => ({
  displayName: `Says ${name}`, description: `How often ${name} is in it, times the argument.`, docsUrl: null, recommendedThresholds: null, supportedLanguages: 'ALL',
  pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'], outputType: { scalarType: 'NUMBER' }, needsMatchingValues: false, eligibleSubcategories: [],
  needsActionPenalties: false, allowedInAutomatedRules: true,
});
export const refreshCatalog = async ({ getCredential }) => {
  const words = (await getCredential())?.words ?? ['spam'];
  return { version: String(words.length), signals: words.map((word) => ({ signalTypeId: word === 'bad' ? 'no good id' : `WORD_${word.toUpperCase()}`, ...shape(word), metadata: { word } })) };
};
export const createCatalogSignal = (entry) => ({
  id: { type: entry.signalTypeId }, ...shape(entry.metadata.word), integration: manifest.id, getCost: () => 1, getDisabledInfo: async () => ({ disabled: false }),
  run: async ({ value, args }) => ({ outputType: { scalarType: 'NUMBER' }, score: (value.value.split(entry.metadata.word).length - 1) * (args?.times ?? 1) }),
});
export default { manifest, createSignals: () => [], refreshCatalog, createCatalogSignal };
''' % json.dumps(SECTIONS),
})

with Story('catalog') as story:
    story.expected.append('422')
    page, press = story.page, story.page.keyboard.press
    story.set_up()
    story.go('/plugins')
    page.get_by_role('button', name='Install the first one').click()
    dialog = page.get_by_role('dialog', name='Install a plugin')
    dialog.get_by_label('Package file').set_input_files({'name': 'words-1.0.0.tgz', 'mimeType': 'application/gzip', 'buffer': WORDS})
    dialog.get_by_role('button', name='Install').click()
    page.get_by_role('list', name='Installations').get_by_role('link', name='Review what it asks for').click()
    page.get_by_role('button', name='Let it run').click()
    expect(page.get_by_role('status').filter(has_text='Acme Words may run.')).to_be_visible()

    # Its own signals: made on a press, with how many and when.
    story.turn('/integrations')
    own = page.get_by_role('region', name=re.compile('Signals of its own'))
    expect(own).to_be_visible()
    own.get_by_role('button', name='Make anew').click()
    expect(page.get_by_role('status').filter(has_text='made 1 signal.')).to_be_visible()
    expect(own).to_contain_text('1 signal, version 1')
    own.get_by_text('Which').click()
    expect(own).to_contain_text('WORD_SPAM')
    story.accessible('an integration with a catalog')
    story.shot('catalog')

    # Settings make others; one that cannot be used changes nothing and is told.
    story.api('PUT', '/plugins/ACME_WORDS/configuration?scope=organisation', {'values': {'words': ['spam', 'eggs']}})
    own.get_by_role('button', name='Make anew').click()
    expect(own).to_contain_text('2 signals, version 2')
    story.api('PUT', '/plugins/ACME_WORDS/configuration?scope=organisation', {'values': {'words': ['spam', 'bad']}})
    own.get_by_role('button', name='Make anew').click()
    expect(own.get_by_role('alert')).to_contain_text('no good id')
    expect(own).to_contain_text('The catalog before stays in use.')
    expect(own).to_contain_text('2 signals, version 2')
    story.shot('refused')

    # A condition hands its signal an argument: from its menu, by keyboard.
    story.api('PUT', '/item-types/post', {'name': 'Post', 'kind': 'CONTENT', 'schema': [{'name': 'text', 'type': 'STRING', 'required': True}]})
    leaf = {'input': {'type': 'CONTENT_FIELD', 'name': 'text', 'contentTypeId': 'post'}, 'signal': {'type': 'WORD_EGGS'}, 'comparator': 'GREATER_THAN', 'threshold': 5}
    rule = story.api('POST', '/rules', {'name': 'Too many eggs', 'contentTypeIds': ['post'], 'conditionSet': {'conjunction': 'AND', 'conditions': [leaf]}})
    story.go(f"/rules/{rule['id']}")
    # Where one is has the rule's name, not its id.
    here = page.get_by_role('navigation', name='Where you are')
    expect(here).to_contain_text('Too many eggs')
    expect(here).not_to_contain_text(rule['id'])
    expect(page).to_have_title('Too many eggs · Rules · Patchbay')
    test = page.get_by_role('region', name='Test')
    test.get_by_role('button', name='Paste one').click()
    test.get_by_role('textbox', name='Item').fill('{"text": "eggs eggs"}')
    test.get_by_role('button', name='Test', exact=True).click()
    expect(test.get_by_text('It does not pass')).to_be_visible()
    page.get_by_role('button', name=re.compile('^Move or remove ')).focus()
    press('Enter')
    page.get_by_role('button', name='Arguments for the signal…').focus()
    press('Enter')
    arguments = page.get_by_role('dialog', name='Arguments for “Says eggs”')
    arguments.get_by_label('JSON').fill('{"times": 3')
    expect(arguments.get_by_role('button', name='Use them')).to_be_disabled()
    press('Tab')
    expect(arguments.get_by_role('alert')).to_contain_text('no JSON yet')
    story.accessible('arguments that cannot be read yet')
    arguments.get_by_label('JSON').fill('{"times": 3}')
    story.shot('arguments')
    arguments.get_by_role('button', name='Use them').click()
    expect(page.get_by_text('with arguments {"times":3}')).to_be_visible()
    test.get_by_role('button', name='Test', exact=True).click()
    expect(test.get_by_text('It passes')).to_be_visible()
    story.accessible('a condition with arguments')
    page.get_by_role('button', name='Save', exact=True).click()
    expect(page.get_by_role('status').filter(has_text='Saved as version 2.')).to_be_visible()
    assert story.api('GET', f"/rules/{rule['id']}")['conditionSet']['conditions'][0]['signal']['args'] == {'times': 3}
    page.get_by_role('button', name='Undo', exact=True).click()
    expect(page.get_by_text('with arguments')).to_have_count(0)

    # What a webhook tells besides.
    story.turn('/rule-actions?new=1')
    form = page.get_by_role('dialog', name='New action')
    form.get_by_label('Name').fill('Tell the team')
    form.get_by_label('Address').fill('https://hooks.example.org/team')
    form.get_by_label('Also tell').fill('["blue"]')
    form.get_by_label('Name').focus()
    expect(form.get_by_role('alert')).to_contain_text('Write an object')
    expect(form.get_by_role('button', name='Save')).to_be_disabled()
    form.get_by_label('Also tell').fill('{"team": "blue"}')
    story.accessible('an action with words of its own')
    form.get_by_role('button', name='Save').click()
    expect(page.get_by_role('list', name='Actions')).to_contain_text('Tell the team')
    kept = story.api('GET', '/rule-actions')[0]
    assert kept['custom'] == {'team': 'blue'}, kept
    page.get_by_role('button', name='Edit Tell the team').click()
    form = page.get_by_role('dialog', name='Action Tell the team')
    expect(form.get_by_label('Also tell')).to_have_value('{\n  "team": "blue"\n}')
    story.shot('custom')
    form.get_by_label('Also tell').fill('')
    form.get_by_role('button', name='Save').click()
    expect(form).to_have_count(0)
    assert story.api('GET', '/rule-actions')[0]['custom'] == {}
