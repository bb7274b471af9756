using Microsoft.AspNetCore.Http;
using Waterguard.Service;

namespace Waterguard.Api.Routing;

/// <summary>Lets go of who asks for an answer and does not read it. The server's own bound would not: it allows a write as long as its size takes at the least rate, which for an answer of megabytes, written at once, is hours, and it credits who has
/// read quickly before. So answers are written in pieces, each of which must be taken in time. Thread-safe.</summary>
internal sealed class SlowReaders(TimeProvider time, ServiceLog log)
{
    /// <summary>The most that is written at once.</summary>
    public const int Piece = 64 * 1024;

    /// <summary>How long a piece may wait for its reader.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(30);

    private long _letGo;

    /// <summary>How many were let go.</summary>
    public long LetGo => Interlocked.Read(ref _letGo);

    /// <summary>Runs a request whose answer is watched.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Body = new WatchedBody(context.Response.Body, this, context);
        await next(context);
    }

    private async Task TakenAsync(ValueTask write, HttpContext context)
    {
        if (write.IsCompletedSuccessfully) return;
        var task = write.AsTask();
        try
        {
            await task.WaitAsync(Within, time);
        }
        catch (TimeoutException)
        {
            Interlocked.Increment(ref _letGo);
            log.Warn("a connection was ended: its answer was not read", ("request", context.TraceIdentifier), ("path", context.Request.Path.Value));
            context.Abort();
            // Ended, the write is over soon, in whatever way.
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new OperationCanceledException(context.RequestAborted);
        }
    }

    private sealed class WatchedBody(Stream inner, SlowReaders readers, HttpContext context) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            do
            {
                var piece = buffer[..Math.Min(Piece, buffer.Length)];
                await readers.TakenAsync(inner.WriteAsync(piece, cancellationToken), context);
                buffer = buffer[piece.Length..];
            }
            while (!buffer.IsEmpty);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => readers.TakenAsync(new ValueTask(inner.FlushAsync(cancellationToken)), context);

        public override void Flush() => inner.Flush();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
