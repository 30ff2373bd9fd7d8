/** Somebody whom items come from. */
export interface ItemUser {
  id: string;
  typeId: string;
  strikes: number;
  /** From 1 to 5; 5 is nobody's trouble. */
  score: number;
  items: number;
  acted: number;
}

export interface Strike {
  id: string;
  policy: { id: string; name: string };
  strikes: number;
  /** The item it was given for. */
  sequence: number;
  at: string;
  forgivenBy?: string;
  forgivenAt?: string;
}

export interface ItemUserDetail extends ItemUser { history: Strike[] }

export interface IntegrationContext {
  options: { thread?: { default: 'include' | 'off'; defaultMaxMessages: number; maxMessagesLimit: number }; parent?: { default: 'include' | 'off' } };
  settings: { thread?: 'include' | 'off'; maxMessages?: number; parent?: 'include' | 'off' };
  effective: { thread: 'include' | 'off'; maxMessages: number; parent: 'include' | 'off' };
  revision: number;
}

export const userAddress = (user: { typeId: string; id: string }): string => `/item-users/${encodeURIComponent(user.typeId)}/${encodeURIComponent(user.id)}`;
