import { createContext, useCallback, useContext, useEffect, useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Icon } from './basics';
import { Link } from '../shell/router';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons; the one that does it last. */
  foot?: ReactNode;
  /** Enter in a field does this. */
  onSubmit?: () => void;
  /** For what is chosen from, such as a gallery. */
  isWide?: boolean;
}

/** A question above the page. Esc closes it, focus stays in it and goes back afterwards: the browser's own dialog does that. */
export function Dialog({ title, onClose, children, foot, onSubmit, isWide }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    // The browser begins with the first button, which closes it again. Enter on what cannot be undone has to be meant.
    const first = dialog?.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea):not(:disabled)')
      ?? dialog?.querySelector<HTMLElement>('.dialog-foot .primary:not(:disabled)') ?? dialog?.querySelector<HTMLElement>('.dialog-foot .button');
    first?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={box} className={isWide ? 'wide' : undefined} aria-labelledby={heading} onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <form onSubmit={(event) => { event.preventDefault(); onSubmit?.(); }}>
        <div className="dialog-head">
          <h2 id={heading} className="grow">{title}</h2>
          <Button look="plain" icon="x-lg" aria-label="Close" onClick={onClose} />
        </div>
        <div className="dialog-body">{children}</div>
        {foot && <div className="dialog-foot">{foot}</div>}
      </form>
    </dialog>
  );
}

export interface MenuEntry {
  label: string;
  icon?: string;
  onPick?: () => void;
  href?: string;
  isOff?: boolean;
}

/** A button with a list of things to do. Arrow keys walk it, Esc closes it. */
export function Menu({ label, icon, entries, look, isSmall, children }: {
  label: string; icon?: string; entries: MenuEntry[]; look?: 'primary' | 'plain'; isSmall?: boolean; children?: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    root.current?.querySelector<HTMLElement>('.menu-item')?.focus();
    const away = (event: MouseEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('mousedown', away);
    return () => document.removeEventListener('mousedown', away);
  }, [isOpen]);
  const walk = (step: number) => {
    const items = [...(root.current?.querySelectorAll<HTMLElement>('.menu-item') ?? [])];
    const place = items.indexOf(document.activeElement as HTMLElement);
    items[(place + step + items.length) % items.length]?.focus();
  };
  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>(':scope > button')?.focus();
  };
  return (
    <div className="menu" ref={root} onKeyDown={(event) => {
      if (!isOpen) return;
      if (event.key === 'Escape') { event.stopPropagation(); close(); }
      if (event.key === 'ArrowDown') { event.preventDefault(); walk(1); }
      if (event.key === 'ArrowUp') { event.preventDefault(); walk(-1); }
      if (event.key === 'Tab') setOpen(false);
    }}>
      <Button look={look} icon={icon} isSmall={isSmall} aria-expanded={isOpen} aria-label={children ? undefined : label} onClick={() => setOpen(!isOpen)}>
        {children}
      </Button>
      {isOpen && (
        <div className="menu-list" role="group" aria-label={label}>
          {entries.map((entry) =>
            entry.href ? (
              <Link key={entry.label} className="menu-item" href={entry.href} onClick={() => setOpen(false)}>
                {entry.icon && <Icon name={entry.icon} />}{entry.label}
              </Link>
            ) : (
              <button key={entry.label} type="button" className="menu-item" disabled={entry.isOff}
                onClick={() => { close(); entry.onPick?.(); }}>
                {entry.icon && <Icon name={entry.icon} />}{entry.label}
              </button>
            ))}
        </div>
      )}
    </div>
  );
}

type Tell = (text: string, action?: { label: string; perform: () => void }) => void;
const ToastContext = createContext<Tell>(() => undefined);

/** Says in a corner what was just done, with its undo where there is one. */
export function useToast(): Tell {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<{ id: number; text: string; action?: { label: string; perform: () => void } }[]>([]);
  const next = useRef(0);
  const drop = useCallback((id: number) => setToasts((list) => list.filter((toast) => toast.id !== id)), []);
  const tell = useCallback<Tell>((text, action) => {
    next.current += 1;
    const id = next.current;
    setToasts((list) => [...list.slice(-3), { id, text, action }]);
    window.setTimeout(() => drop(id), action ? 10_000 : 5000);
  }, [drop]);
  return (
    <ToastContext.Provider value={tell}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map((toast) => (
          <div key={toast.id} className="toast">
            <span className="grow">{toast.text}</span>
            {toast.action && <Button isSmall onClick={() => { toast.action?.perform(); drop(toast.id); }}>{toast.action.label}</Button>}
            <Button look="plain" isSmall icon="x-lg" aria-label="Close this note" onClick={() => drop(toast.id)} />
          </div>
        ))}
      </div>
    </ToastContext.Provider>
  );
}
