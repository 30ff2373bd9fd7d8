"""Reviews: queues are made, a rule routes what is to be looked at, and somebody looks at it, acts, leaves it, and takes that back."""

from harness import Story, expect

TYPE = {'name': 'Post', 'kind': 'CONTENT', 'schema': [{'name': 'text', 'type': 'STRING', 'required': True}]}


def condition(words):
    leaf = {'input': {'type': 'CONTENT_FIELD', 'name': 'text', 'contentTypeId': 'post'}, 'signal': {'type': 'TEXT_MATCHING_CONTAINS_TEXT'},
            'matchingValues': {'strings': words}}
    return {'conjunction': 'AND', 'conditions': [leaf]}


with Story('review') as story:
    page = story.page
    story.set_up()
    for path in ['/reviews', '/routing']:
        story.go(path)
        expect(page.locator('.empty')).to_be_visible()
        story.accessible(f'{path}, empty')

    # Two queues; the first is the default by itself.
    story.turn('/reviews')
    page.get_by_role('button', name='Make the first one').click()
    for name in ['Everything', 'Money']:
        dialog = page.get_by_role('dialog', name='New queue')
        dialog.get_by_label('Name').fill(name)
        story.accessible(f'making {name}')
        page.keyboard.press('Enter')
        expect(dialog).to_be_hidden()
        if name == 'Everything':
            page.get_by_role('button', name='New queue').click()
    queues = page.get_by_role('list', name='Queues')
    expect(queues.get_by_role('listitem')).to_have_count(2)
    expect(queues.get_by_role('listitem').first).to_contain_text('default')

    # A rule that wants spam looked at, and two routing rules, of which the second goes first.
    story.api('PUT', '/item-types/post', TYPE)
    story.api('PUT', '/policies/spam', {'name': 'Spam'})
    story.turn('/rule-actions?new=1')
    dialog = page.get_by_role('dialog', name='New action')
    dialog.get_by_label('Name').fill('Look at it')
    dialog.get_by_label('Kind').select_option('review')
    page.keyboard.press('Tab')
    dialog.get_by_role('button', name='Save').click()
    expect(page.get_by_role('list', name='Actions')).to_contain_text('review')
    story.api('PUT', '/rule-actions/hide', {'name': 'Hide it', 'kind': 'journal'})
    rule = story.api('POST', '/rules', {'name': 'Spam', 'contentTypeIds': ['post'], 'conditionSet': condition(['spam']), 'actionIds': ['look-at-it'], 'policyIds': ['spam']})
    story.api('PUT', f"/rules/{rule['id']}/status", {'status': 'LIVE'})
    for name, words, queue in [('All of it', ['spam'], 'everything'), ('About money', ['money'], 'money')]:
        story.api('POST', '/routing-rules', {'name': name, 'contentTypeIds': ['post'], 'conditionSet': condition(words), 'queueId': queue, 'status': 'LIVE'})
    story.turn('/routing')
    order = page.get_by_role('list', name='Routing rules, in order')
    expect(order.get_by_role('listitem').first).to_contain_text('All of it')
    order.get_by_role('link', name='About money').focus()
    page.keyboard.press('Alt+ArrowUp')
    expect(order.get_by_role('listitem').first).to_contain_text('About money')
    story.settle()
    assert [one['name'] for one in story.api('GET', '/routing-rules')] == ['About money', 'All of it']
    for scheme in ['light', 'dark']:
        story.theme(scheme)
        story.accessible(f'/routing in {scheme}')
        story.shot(f'routing-{scheme}')
    panel = page.get_by_role('region', name='Where would it go?')
    panel.get_by_label('Item', exact=True).fill('{"text": "spam and money"}')
    panel.get_by_role('button', name='Test', exact=True).click()
    expect(panel).to_contain_text('It would wait in Money.')
    order.get_by_role('button', name='Move About money down').click()
    expect(panel).to_contain_text('It would wait in Everything.')
    expect(order.get_by_role('listitem').first).to_contain_text('All of it')
    order.get_by_role('button', name='Move About money up').click()
    expect(order.get_by_role('listitem').first).to_contain_text('About money')
    story.settle()
    order.get_by_role('link', name='About money').click()
    expect(page.get_by_role('heading', name='About money')).to_be_visible()
    page.get_by_label('Name').fill('Money talk')
    page.get_by_role('button', name='Save', exact=True).click()
    expect(page.get_by_role('status').filter(has_text='“Money talk” is live.')).to_be_visible()
    story.accessible('a routing rule')

    # Where items would go, with the rule as it stands on the page, while it is edited.
    panel = page.get_by_role('region', name='Where would it go?')
    panel.get_by_role('button', name='Write an example').click()
    item = panel.get_by_label('Item', exact=True)
    item.fill('{"text": "{"}, broken')
    panel.get_by_role('button', name='Test', exact=True).click()
    expect(panel).to_contain_text('This is no JSON')
    item.fill('[{"text": "spam and money"}, {"text": "tea"}, {"words": 1}]')
    panel.get_by_role('button', name='Test', exact=True).click()
    expect(panel).to_contain_text('pasted-1: It would wait in Money.')
    expect(panel).to_contain_text('pasted-2: It would wait in Everything.')
    expect(panel).to_contain_text('pasted-3 could not be read')
    panel.get_by_text('“Money talk” sends it there').click()
    item.fill('{"text": "spam and money"}')
    panel.get_by_role('button', name='Test', exact=True).click()
    expect(panel).to_contain_text('It would wait in Money.')
    page.get_by_label('Send it to').select_option('everything')
    expect(panel).to_contain_text('It would wait in Everything.')
    for scheme in ['dark', 'light']:
        story.theme(scheme)
        story.accessible(f'trying a routing rule in {scheme}')
        story.shot(f'routing-try-{scheme}')
    assert story.api('GET', '/items') == []
    story.shot('routing-rule')

    # What comes in waits where it should, and the list says so by itself.
    story.turn('/reviews')
    texts = ['spam for you', 'money and spam', 'tea', 'more spam']
    story.api('POST', '/items', {'items': [{'id': f'post-{place}', 'typeId': 'post', 'data': {'text': text}} for place, text in enumerate(texts)]})
    expect(queues.get_by_role('listitem').filter(has_text='Everything')).to_contain_text('2 open reviews')
    expect(queues.get_by_role('listitem').filter(has_text='Money')).to_contain_text('1 open review')
    for scheme in ['dark', 'light']:
        story.theme(scheme)
        story.accessible(f'/reviews in {scheme}')
        story.shot(f'queues-{scheme}')
    queues.get_by_role('link', name='Everything').click()
    expect(page.get_by_role('list', name='Reviews').get_by_role('listitem')).to_have_count(2)
    story.accessible('a queue')
    story.shot('queue')

    # One after the other, by keyboard.
    page.get_by_role('link', name='Look at the first').focus()
    page.keyboard.press('Enter')
    expect(page.get_by_role('heading', name='post-0')).to_be_visible()
    expect(page.get_by_text('spam for you', exact=False).first).to_be_visible()
    page.get_by_role('button', name='Take it').focus()
    page.keyboard.press('Enter')
    expect(page.get_by_text('yours')).to_be_visible()
    page.get_by_text('“All of it” sent it here').click()
    for scheme in ['light', 'dark']:
        story.theme(scheme)
        story.accessible(f'a review in {scheme}')
        story.shot(f'review-{scheme}', full=True)
    page.get_by_role('button', name='Act on it').focus()
    page.keyboard.press('Enter')
    dialog = page.get_by_role('dialog', name='Act on post-0')
    story.accessible('acting')
    dialog.get_by_label('Hide it').press('Space')
    expect(dialog.get_by_label('Spam')).to_be_checked()
    story.shot('acting')
    dialog.get_by_role('button', name='Act', exact=True).press('Enter')
    # The next one by itself.
    expect(page.get_by_role('heading', name='post-3')).to_be_visible()
    page.get_by_role('button', name='Leave as it is').press('Enter')
    expect(page.get_by_role('heading', name='Nothing waits')).to_be_visible()
    page.get_by_role('button', name='Closed').click()
    closed = page.get_by_role('list', name='Reviews').get_by_role('listitem')
    expect(closed).to_have_count(2)
    closed.filter(has_text='post-3').get_by_role('link').click()
    page.get_by_role('button', name='Open again').click()
    expect(page.get_by_role('button', name='Act on it')).to_be_visible()
    page.get_by_role('button', name='Move', exact=True).click()
    page.get_by_role('group', name='Move to another queue').get_by_role('button', name='Money').click()
    expect(page.get_by_role('link', name='Money')).to_be_visible()
    assert [one['open'] for one in story.api('GET', '/review-queues')] == [0, 2]

    # On a phone.
    page.set_viewport_size({'width': 390, 'height': 800})
    for path in ['/reviews', '/reviews/money', '/routing', '/routing/new']:
        story.turn(path)
        story.fits(path)
        story.shot('narrow' + path.replace('/', '-'))
