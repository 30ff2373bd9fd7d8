import type { ReactNode } from 'react';
import { Mark } from '../../shell/shell';

/** The card one sees before signing in. */
export function Door({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="door">
      <div className="card door-card stack loose" style={{ padding: 28 }}>
        <div className="brand" style={{ padding: 0 }}><Mark />Patchbay</div>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
