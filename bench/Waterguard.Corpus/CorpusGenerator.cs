namespace Waterguard.Corpus;

/// <summary>Makes Kubernetes audit logs of an invented cluster, one record a line, the same bytes for the same arguments.</summary>
public static class CorpusGenerator
{
    private const int RecordsPerAttack = 1000;
    private const long Monday = 1_793_606_400_000_000;          // 2026-11-02T08:00:00Z

    /// <summary>Writes at least <paramref name="bytes"/> bytes, to the end of a line. One record in a thousand is an intruder's.</summary>
    /// <returns>How many records were written.</returns>
    public static long Write(Stream stream, long bytes, int seed)
    {
        var (random, output) = (new XorShift(seed), new OutputBuffer(stream));
        var scene = new Scene(random, Monday);
        var choose = new Choice(random);
        long records = 0, attacks = 0;
        while (output.Written < bytes)
        {
            scene.Change();
            foreach (var template in choose.Next()) Write(template, scene, output, ref records);
            if (records / RecordsPerAttack > attacks) Write(Intruder.Steps[attacks++ % Intruder.Steps.Length], scene, output, ref records);
        }

        output.Flush();
        return records;
    }

    /// <summary>Writes the sample: some minutes of an ordinary morning, in the middle of which an intruder goes through every step.</summary>
    /// <returns>How many records were written.</returns>
    public static long WriteSample(Stream stream, int records, int seed)
    {
        var (random, output) = (new XorShift(seed), new OutputBuffer(stream));
        var scene = new Scene(random, Monday) { Pace = 1_500_000 };
        var choose = new Choice(random);
        long written = 0;
        var step = 0;
        while (written < records)
        {
            scene.Change();
            foreach (var template in choose.Next()) Write(template, scene, output, ref written);
            if (step < Intruder.Steps.Length && written > records / 3 + step * records / 3 / Intruder.Steps.Length)
            {
                scene.Change();
                Write(Intruder.Steps[step++], scene, output, ref written);
            }
        }

        output.Flush();
        return written;
    }

    private static void Write(Template template, Scene scene, OutputBuffer output, ref long records)
    {
        scene.Tick();
        template.Write(output, scene);
        records++;
    }

    private sealed class Choice(XorShift random)
    {
        private readonly Template[][] _byTicket = [.. Traffic.Sequences.SelectMany(sequence => Enumerable.Repeat(sequence.Records, sequence.Weight))];

        public Template[] Next() => random.Pick(_byTicket);
    }
}
