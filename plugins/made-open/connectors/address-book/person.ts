import type { ConnectorDataItem } from '@made-open/plugin-sdk';

/** A contact as the address book writes it. All but the id may be missing. */
export interface Contact {
  id: string;
  givenName?: string;
  familyName?: string;
  organisation?: string;
  emails?: { address: string; primary?: boolean }[];
  phones?: string[];
  labels?: string[];
  birthday?: string;
  note?: string;
  deleted?: boolean;
}

/** The same person in the words of the hub; what has no column there is kept beside the columns. */
export function toPerson(contact: Contact): ConnectorDataItem {
  const { id, deleted = false } = contact;
  if (deleted) return { type: 'person', externalId: id, data: {}, raw: contact, deleted };
  const emails = [...(contact.emails ?? [])].sort((a, b) => Number(b.primary ?? false) - Number(a.primary ?? false));
  return {
    type: 'person',
    externalId: id,
    data: {
      name: nameOf(contact),
      emails: unique(emails.map(({ address }) => address.trim().toLowerCase())),
      phones: unique((contact.phones ?? []).map(plainNumber)),
      tags: unique(contact.labels ?? []),
      birthday: contact.birthday ?? null,
      notes: contact.note ?? null,
      organisation: contact.organisation ?? null,
    },
    raw: contact,
  };
}

/** A person always has a name: people are looked for by it, also those who left it out. */
function nameOf({ givenName, familyName, organisation, emails, id }: Contact): string {
  const name = [givenName, familyName].map((part) => part?.trim()).filter(Boolean).join(' ');
  return name || organisation?.trim() || emails?.[0]?.address.trim() || id;
}

/** Digits with a leading plus, so that the same number is the same text. Letters, as in "ext. 4", are left as they are. */
function plainNumber(phone: string): string {
  return /[a-z]/i.test(phone) ? phone.trim() : phone.replace(/^\s*00/, '+').replace(/[^\d+]/g, '');
}

function unique(texts: string[]): string[] {
  return [...new Set(texts.filter((text) => text !== ''))];
}
