// Streams (https://streams.spec.whatwg.org/), without byte stream readers.
import { ByteLengthQueuingStrategy, CountQueuingStrategy } from './streams/queue.js';
import {
  adoptReadable, isReadable, ReadableStream, ReadableStreamDefaultController, ReadableStreamDefaultReader, stateOfReadable,
} from './streams/readable.js';
import { tee } from './streams/tee.js';
import { TransformStream, TransformStreamDefaultController } from './streams/transform.js';
import { WritableStream, WritableStreamDefaultController, WritableStreamDefaultWriter } from './streams/writable.js';

chunk.ByteLengthQueuingStrategy = ByteLengthQueuingStrategy;
chunk.CountQueuingStrategy = CountQueuingStrategy;
chunk.ReadableStream = ReadableStream;
chunk.ReadableStreamDefaultController = ReadableStreamDefaultController;
chunk.ReadableStreamDefaultReader = ReadableStreamDefaultReader;
chunk.WritableStream = WritableStream;
chunk.WritableStreamDefaultController = WritableStreamDefaultController;
chunk.WritableStreamDefaultWriter = WritableStreamDefaultWriter;
chunk.TransformStream = TransformStream;
chunk.TransformStreamDefaultController = TransformStreamDefaultController;
// For other chunks.
chunk.isReadable = isReadable;
/// Two streams out of one; the second gets copies of the chunks.
chunk.teeWith = (stream, copy) => {
  const branches = tee(stateOfReadable(stream), copy);
  return [adoptReadable(branches[0]), adoptReadable(branches[1])];
};
chunk.isDisturbed = (stream) => stateOfReadable(stream).disturbed;
