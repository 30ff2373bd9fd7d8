import { Component } from 'react';
import type { ReactNode } from 'react';
import { problemFrom } from '../api/client';
import { Button } from '../ui/basics';
import { ProblemNote } from '../ui/problem';

/** Keeps a mistake in one part of the page from taking the rest with it. `name` begins anew with another part. */
export class Boundary extends Component<{ children: ReactNode; name?: string }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: { name?: string }) {
    if (before.name !== this.props.name && this.state.error !== null) this.setState({ error: null });
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <ProblemNote problem={problemFrom(this.state.error)} action={<Button isSmall onClick={() => this.setState({ error: null })}>Show it again</Button>} />;
  }
}
