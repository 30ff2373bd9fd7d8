"""Whom items come from: strikes by a live rule, a rule on users that looks because of them, forgiving and taking that back; and what an integration may see."""

import json
import re

from harness import Story, expect, package

SECTIONS = ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations', 'implementationGuidance', 'relevantLinks']

REPLIES = package(None, {
    'package.json': json.dumps({'name': '@acme/coop-integration-replies', 'version': '1.0.0', 'type': 'module', 'main': 'index.js'}),
    'index.js': '''
export const manifest = {
  id: 'ACME_REPLIES', name: 'Acme Replies', version: '1.0.0', description: 'Judges what answers to what.', requiresConfig: false, signalTypeIds: ['ACME_REPLY'],
  contextOptions: { thread: { default: 'off', defaultMaxMessages: 5, maxMessagesLimit: 40 }, parent: { default: 'include' } },
  modelCard: { modelName: 'Acme Replies', version: '1', sections: %s.map((id) => ({ id, title: id, fields: [] })) },
};
const createSignals = () => [{ signalTypeId: 'ACME_REPLY', signal: {
  id: { type: 'ACME_REPLY' }, displayName: 'Messages seen', description: 'How many messages of the thread it was shown.', docsUrl: null, recommendedThresholds: null,
  supportedLanguages: 'ALL', pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'], outputType: { scalarType: 'NUMBER' }, getCost: () => 1, needsMatchingValues: false,
  eligibleSubcategories: [], needsActionPenalties: false, integration: manifest.id, allowedInAutomatedRules: true, contextNeeds: { includeThread: true, includeParent: true },
  getDisabledInfo: async () => ({ disabled: false }), run: async ({ context }) => ({ outputType: { scalarType: 'NUMBER' }, score: context?.thread?.messages?.length ?? -1 }),
} }];
export default { manifest, createSignals };
''' % json.dumps(SECTIONS),
})

with Story('users') as story:
    page = story.page
    story.expected.append('422')
    story.set_up()

    # Nobody yet; a policy that gives strikes, by its form.
    story.go('/item-users')
    expect(page.get_by_role('heading', name='No users yet')).to_be_visible()
    story.accessible('no users yet')
    story.turn('/policies?new=1')
    form = page.get_by_role('dialog', name='New policy')
    form.get_by_label('Name').fill('Spam')
    form.get_by_label('Strikes').fill('two')
    expect(form.get_by_text('Write a whole number up to 1,000.')).to_be_visible()
    expect(form.get_by_role('button', name='Save')).to_be_disabled()
    form.get_by_label('Strikes').fill('2')
    form.get_by_role('button', name='Save').click()
    expect(page.get_by_role('list', name='Policies')).to_contain_text('2 strikes')
    story.accessible('a policy with strikes')
    policy = story.api('GET', '/policies')[0]['id']

    # A live rule on items acts, and a rule on users, built here, looks at those whose strikes change.
    field = {'name': 'text', 'type': 'STRING', 'required': True}
    story.api('PUT', '/item-types/post', {'name': 'Post', 'kind': 'CONTENT', 'schema': [field, {'name': 'thread', 'type': 'RELATED_ITEM'}], 'schemaFieldRoles': {'threadId': 'thread'}})
    story.api('PUT', '/item-types/member', {'name': 'Member', 'kind': 'USER', 'schema': [{'name': 'nick', 'type': 'STRING'}]})
    story.api('PUT', '/rule-actions/note', {'name': 'Note it', 'kind': 'journal'})
    leaf = {'input': {'type': 'CONTENT_FIELD', 'name': 'text', 'contentTypeId': 'post'}, 'signal': {'type': 'TEXT_MATCHING_CONTAINS_TEXT'}, 'matchingValues': {'strings': ['win big']}}
    rule = story.api('POST', '/rules', {'name': 'Win big', 'contentTypeIds': ['post'], 'policyIds': [policy], 'actionIds': ['note'], 'conditionSet': {'conjunction': 'AND', 'conditions': [leaf]}})
    story.api('PUT', f"/rules/{rule['id']}/status", {'status': 'LIVE'})
    story.go('/rules/new')
    page.get_by_label('Name').fill('Three strikes')
    page.get_by_label('Looks at').select_option(label='Users')
    expect(page.get_by_role('group', name='Item types')).to_have_count(0)
    page.get_by_label('Look at', exact=True).select_option(label='The user')
    page.get_by_role('button', name=re.compile('^Signal:')).click()
    picker = page.get_by_role('dialog', name=re.compile('Signals for'))
    picker.get_by_label('Search signals').fill('strike')
    picker.get_by_role('button', name=re.compile('^Use ')).first.click()
    page.get_by_label('Comparison').select_option(label='is greater than or equal to')
    page.get_by_label('Threshold').fill('3')
    page.get_by_label('Note it').check()
    story.accessible('a rule on users')
    story.shot('rule-on-users')
    page.get_by_role('button', name='Save as a draft').click()
    page.wait_for_url(re.compile('/rules/(?!new)'))
    on_users = re.search(r'/rules/([^/?]+)', page.url)[1]
    assert story.api('GET', f'/rules/{on_users}')['ruleType'] == 'USER'
    page.get_by_role('button', name='Put live').click()
    page.get_by_role('dialog', name='Put “Three strikes” live?').get_by_role('button', name='Put live').click()
    expect(page.locator('.page-head')).to_contain_text('Live')
    creator = {'id': 'mallory', 'typeId': 'member'}
    items = [{'id': f'p-{place}', 'typeId': 'post', 'creator': creator, 'data': {'text': text}} for place, text in enumerate(['Win big today', 'good morning', 'WIN BIG tomorrow'])]
    story.api('POST', '/items/async', {'items': items})
    story.wait_for(lambda: any(one['passed'] == [on_users] for one in story.api('GET', '/decisions?subject=user')), 'the rule on users to pass')

    # How she stands, what for; forgiven, and taken back.
    story.go('/item-users')
    table = page.get_by_role('region', name='Users')
    expect(table.get_by_role('row').filter(has_text='mallory')).to_contain_text('4')
    story.accessible('users')
    story.shot('users')
    table.get_by_role('link', name='mallory').click()
    expect(page.get_by_role('heading', name='mallory')).to_be_visible()
    standing = page.get_by_role('region', name='Standing')
    expect(standing).to_contain_text('4 of the last 90 days')
    strikes = page.get_by_role('list', name='Strikes')
    expect(strikes.get_by_role('listitem')).to_have_count(2)
    story.accessible('a user')
    for scheme in ['dark', 'light']:
        story.theme(scheme)
        story.shot(f'user-{scheme}')
    strikes.get_by_role('button', name=re.compile('^Forgive')).first.click()
    expect(standing).to_contain_text('2 of the last 90 days')
    expect(strikes).to_contain_text('forgiven by Ada')
    strikes.get_by_role('button', name=re.compile('^Count it again')).click()
    expect(standing).to_contain_text('4 of the last 90 days')
    page.get_by_role('button', name='Have rules look').click()
    expect(page.get_by_role('status').filter(has_text='Rules on users look now')).to_be_visible()
    strikes.get_by_role('link', name=re.compile('item no')).first.click()
    expect(page.get_by_role('link', name='mallory')).to_be_visible()

    # What an integration may see beside an item.
    story.go('/plugins')
    page.get_by_role('button', name='Install the first one').click()
    dialog = page.get_by_role('dialog', name='Install a plugin')
    dialog.get_by_label('Package file').set_input_files({'name': 'replies-1.0.0.tgz', 'mimeType': 'application/gzip', 'buffer': REPLIES})
    dialog.get_by_role('button', name='Install').click()
    page.get_by_role('list', name='Installations').get_by_role('link', name='Review what it asks for').click()
    page.get_by_role('button', name='Let it run').click()
    expect(page.get_by_role('status').filter(has_text='Acme Replies may run.')).to_be_visible()
    story.turn('/integrations')
    expect(page.get_by_text('Beside an item it may see what it answers to')).to_be_visible()
    page.get_by_role('button', name='Change what Acme Replies may see').click()
    form = page.get_by_role('dialog', name='What Acme Replies may see')
    form.get_by_label('Messages before it in its thread').select_option(label='shown')
    form.get_by_label('How many messages').fill('41')
    expect(form.get_by_text('Write a whole number from 1 to 40.')).to_be_visible()
    form.get_by_label('How many messages').fill('3')
    form.get_by_label('What it answers to').select_option(label='not shown')
    story.accessible('what an integration may see')
    story.shot('context')
    form.get_by_role('button', name='Save').click()
    expect(page.get_by_text('Beside an item it may see the 3 messages before it in its thread')).to_be_visible()
    leaf = {'input': {'type': 'CONTENT_FIELD', 'name': 'text', 'contentTypeId': 'post'}, 'signal': {'type': 'ACME_REPLY'}, 'comparator': 'EQUALS', 'threshold': 3}
    seen = story.api('POST', '/rules', {'name': 'Three before', 'contentTypeIds': ['post'], 'conditionSet': {'conjunction': 'AND', 'conditions': [leaf]}})
    story.api('PUT', f"/rules/{seen['id']}/status", {'status': 'BACKGROUND'})
    talk = [{'id': f't-{place}', 'typeId': 'post', 'data': {'text': f'message {place}', 'thread': {'id': 'talk', 'typeId': 'post'}}} for place in range(5)]
    story.api('POST', '/items/async', {'items': talk})
    story.wait_for(lambda: story.api('GET', '/items/queue')['waiting'] == 0, 'the items to be decided')
    passed = [one['itemId'] for one in story.api('GET', f"/decisions?rule={seen['id']}&outcome=passed")]
    assert passed == ['t-4', 't-3'], passed
