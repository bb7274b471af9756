using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Waterguard.Storage.Journals;

/// <summary>What was acknowledged: batches in the order of their arrival, and with each, in the same transaction, where its transport goes on. So what is in
/// the journal is what was read, and there is no second truth about it. Only appends and trims; it never knows how far it was read. Thread-safe.</summary>
/// <remarks>One thread writes. Everything that is waiting when it begins shares one commit, which is on disk (fsync) before anybody hears of it; while that
/// happens the next ones gather. Positions survive trimming.</remarks>
public sealed class Journal : IAsyncDisposable
{
    private const string FileName = "journal.db";
    private const int MostWaiting = 4096;
    private const int CommitBytes = 1 << 20;
    private const int KeysLookedAtEvery = 4096;

    // Less is left free by a batch that just did not fit.
    private const int ProbeBytes = 64 * 1024;
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<Work> _work = Channel.CreateBounded<Work>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly ConcurrentDictionary<(string Input, string Partition), string> _positions = new();
    private readonly JournalOptions _options;
    private readonly JournalWriter _writer;
    private readonly FileStream _lock;
    private readonly TimeProvider _time;
    private readonly string _file;
    private readonly Task _writing;
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;
    private long _last;
    private long _keysForgotten;
    private int _sinceKeys;
    private long _probed;
    private volatile AppendOutcome _condition;

    private Journal(string file, SqliteConnection connection, FileStream held, JournalOptions options, TimeProvider time)
    {
        (_file, _lock, _options, _time) = (file, held, options, time);
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT value FROM about WHERE name = 'id'";
            Id = (string)command.ExecuteScalar()!;
            command.CommandText = "SELECT input, partition, position FROM positions";
            using var reader = command.ExecuteReader();
            while (reader.Read()) _positions[(reader.GetString(0), reader.GetString(1))] = reader.GetString(2);
        }

        _bytes = Database.Number(connection, "SELECT coalesce(sum(length(block)), 0) FROM batches");
        _last = Database.Number(connection, "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'batches'), 0)");
        _writer = new JournalWriter(connection);
        _writing = Task.Factory.StartNew(WriteAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The journal's own name: random, made once.</summary>
    public string Id { get; }

    /// <summary>Bytes of all batches, compressed.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The sequence of the newest batch; 0 before the first.</summary>
    public long LastSequence => Interlocked.Read(ref _last);

    /// <summary>What became of the last append: other than accepted or duplicate, somebody has to help.</summary>
    public AppendOutcome Condition => _condition;

    /// <summary>Idempotency keys that were forgotten because there were too many.</summary>
    public long KeysForgotten => Interlocked.Read(ref _keysForgotten);

    /// <summary>Opens or makes the journal in a folder. One process at a time may have it.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be opened; the message says why.</exception>
    public static Journal Open(string folder, JournalOptions options, TimeProvider time)
    {
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(folder);
            var name = Path.Combine(folder, "journal.lock");
            held = new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var file = Path.Combine(folder, FileName);
            var connection = Database.Open(file, JournalLayout.Steps);
            return new Journal(file, connection, held, options, time);
        }
        catch (StorageUnavailableException)
        {
            held?.Dispose();
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            held?.Dispose();
            throw new StorageUnavailableException($"{folder}: the journal cannot be opened: {e.Message} (is another Waterguard using it?)", e);
        }
    }

    /// <summary>Appends a batch, and its position with it. Completes when both are on disk, or neither is.</summary>
    public async Task<AppendResult> AppendAsync(JournalBatch batch, CancellationToken cancel)
    {
        var work = new Work(batch, batch.Records > 0 ? BlockPacking.Pack(batch.Block) : []);
        await _work.Writer.WriteAsync(work, cancel);
        return await work.Done.Task;
    }

    /// <summary>Whether an append would be taken now, also when nobody appends: after a failure it writes something small. At most one attempt a second.</summary>
    public async Task<AppendOutcome> ProbeAsync(CancellationToken cancel)
    {
        if (_condition is AppendOutcome.Accepted or AppendOutcome.Duplicate) return _condition;
        var now = _time.GetTimestamp();
        if (Interlocked.Read(ref _probed) is var before && before != 0 && _time.GetElapsedTime(before, now) < ProbeEvery) return _condition;
        Interlocked.Exchange(ref _probed, now);
        var work = new Work(null, [], isProbe: true);
        await _work.Writer.WriteAsync(work, cancel);
        await work.Done.Task;
        return _condition;
    }

    /// <summary>Removes all batches up to a sequence; positions and keys stay.</summary>
    public async Task TrimAsync(long through, CancellationToken cancel)
    {
        var work = new Work(null, [], through);
        await _work.Writer.WriteAsync(work, cancel);
        await work.Done.Task;
    }

    /// <summary>Where a partition's transport goes on; null when nothing of it was appended with a position.</summary>
    public string? PositionOf(string input, string partition) => _positions.GetValueOrDefault((input, partition));

    /// <summary>All partitions of an input that have a position, in order.</summary>
    public IReadOnlyList<string> PartitionsOf(string input) => [.. _positions.Keys.Where(k => k.Input == input).Select(k => k.Partition).Order(StringComparer.Ordinal)];

    /// <summary>A reader of its own, beside all writing.</summary>
    public JournalReader Read() => new(_file);

    /// <summary>Reads the journal of a folder beside whoever writes it, or of nobody.</summary>
    /// <exception cref="StorageUnavailableException">There is none, or it cannot be read.</exception>
    public static JournalReader OpenForReading(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file)) throw new StorageUnavailableException($"{file}: there is no journal; has the service ever run with this configuration?");
        try
        {
            return new JournalReader(file);
        }
        catch (SqliteException e)
        {
            throw new StorageUnavailableException($"{file}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Completes when there is a batch behind a sequence.</summary>
    public async Task WaitBeyondAsync(long sequence, CancellationToken cancel)
    {
        while (true)
        {
            var grown = Volatile.Read(ref _grown);
            if (LastSequence > sequence) return;
            await grown.Task.WaitAsync(cancel);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _writing;
        _writer.Dispose();
        await _lock.DisposeAsync();
    }

    private void WriteAll()
    {
        var together = new List<Work>();
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            together.Clear();
            for (long size = 0; size < CommitBytes && _work.Reader.TryRead(out var work); size += work.Packed.Length) together.Add(work);
            Write(together);
        }
    }

    private void Write(List<Work> together)
    {
        var (bytes, last) = (Bytes, LastSequence);
        try
        {
            _writer.Begin();
            foreach (var work in together)
            {
                if (work.Batch is { } batch) work.Result = Insert(batch, work.Packed, ref bytes, ref last);
                else if (work.IsProbe) work.Result = Probe(bytes);
                else bytes -= _writer.Trim(work.TrimThrough);
            }

            if ((_sinceKeys += together.Count) >= KeysLookedAtEvery)
            {
                Interlocked.Add(ref _keysForgotten, _writer.ForgetOldKeys(_options.MaxKeys));
                _sinceKeys = 0;
            }

            _writer.Commit();
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException)
        {
            _writer.RollBack();
            _condition = e is SqliteException known ? Database.OutcomeOf(known) : AppendOutcome.Failed;
            foreach (var work in together) work.Done.SetResult(new AppendResult(_condition));
            return;
        }

        foreach (var work in together)
        {
            if (work is { Batch: { } batch, Result.Outcome: AppendOutcome.Accepted })
            {
                if (batch.Position is { } position) _positions[(batch.Input, batch.Partition)] = position;
                foreach (var partition in batch.Over) _positions.TryRemove((batch.Input, partition), out _);
            }

            if (work.Batch is not null || work.IsProbe) _condition = work.Result.Outcome;
        }

        Interlocked.Exchange(ref _bytes, bytes);
        Interlocked.Exchange(ref _last, last);
        Interlocked.Exchange(ref _grown, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        foreach (var work in together) work.Done.SetResult(work.Result);
    }

    private AppendResult Insert(JournalBatch batch, byte[] packed, ref long bytes, ref long last)
    {
        if (_writer.IsKnown(batch)) return new AppendResult(AppendOutcome.Duplicate);
        if (packed.Length > 0 && bytes + packed.Length > _options.MaxBytes) return new AppendResult(AppendOutcome.Full);
        var sequence = _writer.Insert(batch, packed, _time.GetUtcNow());
        bytes += packed.Length;
        if (sequence > 0) last = sequence;
        return new AppendResult(AppendOutcome.Accepted, sequence);
    }

    private AppendResult Probe(long bytes)
    {
        _writer.Probe(ProbeBytes);
        return new AppendResult(bytes + ProbeBytes > _options.MaxBytes ? AppendOutcome.Full : AppendOutcome.Accepted);
    }

    private sealed class Work(JournalBatch? batch, byte[] packed, long trimThrough = 0, bool isProbe = false)
    {
        public bool IsProbe => isProbe;

        public JournalBatch? Batch => batch;

        public byte[] Packed => packed;

        public long TrimThrough => trimThrough;

        public AppendResult Result { get; set; }

        public TaskCompletionSource<AppendResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
