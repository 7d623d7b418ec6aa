//! A search for many literals that looks at every fourth byte.
//!
//! Any seven bytes in a row hold a whole *gram* – four bytes – that begins at a multiple of four. So of each literal four
//! grams are kept that begin at neighbouring bytes, and only those of the text that begin at multiples of four are looked
//! up: wherever a literal stands, one of its four is met, and exactly one. The lookup is one multiplication and one load
//! from a table in which each gram has a slot to itself; almost always that is all. What is in the table is then compared
//! with the literals that hold it.
//!
//! Which grams are kept is free where the literal is longer than seven bytes: those that are rarest in logs, and that
//! share no slot with another.
//!
//! Vector instructions do less here. In WebAssembly a search in the manner of Teddy, by tables of half bytes, needs two
//! lookups for each of three or four neighbours of every byte, and of a first one, with 64 literals in 8 groups, a third
//! of all vectors needed a second look.

/// Bytes of a gram.
const GRAM: usize = 4;

/// Every so many bytes of the text a gram is looked up.
const STRIDE: usize = 4;

/// The shortest literal of which every occurrence holds a gram that is looked up.
const SHORTEST: usize = GRAM + STRIDE - 1;

/// Bytes whose grams are looked up without a pause.
const BLOCK: usize = 32;

/// Bits of a slot's number. The table has to stay in the processor's nearest cache.
const BITS: u32 = 12;
const SLOTS: usize = 1 << BITS;

/// So many ways to spread the grams are tried.
const TRIES: u32 = 64;

/// The first of them: the golden ratio's share of all numbers spreads neighbours well.
const FACTOR: u32 = 0x9E37_79B1;

/// Words that are frequent in logs: a gram in one of them is met far more often than its bytes make one expect.
const FREQUENT: &[u8] = b" async back batch being below between cancelled canceled change changed changefeed changes check \
     checking client clock closed column command commit committed complete connection context count created descriptor error \
     event exec execution export failed failure found gossip import index internal kv/kvserver/ latency lease memory merge \
     message missing needed node obsolete older over process proposal protected raft range rangefeed ranges record replica \
     request resolve retry running runtime schema server setting snapshot span split started starting state stats status \
     store sync system table tenant time timestamp transaction transport under unexpected update util/log value version \
     waiting with write node_id reflected affected flush flushed selected EventType Timestamp ing ment tion ";

/// How much more often than by its bytes a gram of a frequent word is met.
const FREQUENT_FACTOR: u64 = 100;

/// What stands in nearly every entry: the tags of its writer, and keys.
const EVERYWHERE: &[u8] = "⋮ [T1,Vsystem,n1,s1,r1/1:‹/Table/".as_bytes();

/// The same for that.
const EVERYWHERE_FACTOR: u64 = 2000;

/// Literals of at least [`SHORTEST`] bytes, ready to be searched for.
#[derive(Clone, Debug)]
pub(super) struct Grams {
    /// The gram of each slot. One without a gram holds what has another slot, so that nothing is equal to it.
    table: Box<[u32; SLOTS]>,
    /// Which of `groups` belongs to the slot; 0, which is empty, to one without a gram.
    group: Box<[u16; SLOTS]>,
    groups: Vec<Vec<Place>>,
    literals: Vec<Box<[u8]>>,
    spread: Spread,
    /// The furthest place of a gram in its literal.
    reach: usize,
}

/// Where a gram stands: in which literal, and how many bytes after its start.
#[derive(Clone, Copy, Debug)]
struct Place {
    literal: usize,
    after: usize,
}

/// How grams are spread over the slots: an odd factor, of whose products the highest bits count.
#[derive(Clone, Copy, Debug)]
struct Spread(u32);

impl Spread {
    fn slot(self, gram: u32) -> usize {
        (gram.wrapping_mul(self.0) >> (u32::BITS - BITS)) as usize
    }
}

/// A literal and its runs of neighbouring grams, the rarest first: each by the place of its first gram.
struct Wanted<'a> {
    literal: &'a [u8],
    runs: Vec<usize>,
}

impl<'a> Wanted<'a> {
    fn new(literal: &'a [u8]) -> Self {
        let shares: Vec<u64> = literal.windows(GRAM).map(frequency).collect();
        let cost = |first: &usize| shares[*first..first + STRIDE].iter().sum::<u64>();
        let runs = sorted((0..=literal.len() - SHORTEST).collect(), cost);
        Self { literal, runs }
    }
}

impl Grams {
    /// A search, or nothing if a literal is too short or if there are too many for the table.
    pub(super) fn new(literals: &[&[u8]]) -> Option<Self> {
        if literals.iter().any(|literal| literal.len() < SHORTEST) {
            return None;
        }
        let wanted = literals.iter().map(|literal| Wanted::new(literal)).collect();
        // The shorter a literal, the less choice it has.
        let wanted = sorted(wanted, |wanted: &Wanted<'_>| wanted.runs.len() as u64);
        let factors = (0..TRIES).map(|n| FACTOR.wrapping_mul(2 * n + 1));
        factors.map(Spread).find_map(|spread| {
            let mut grams = Self::empty(spread);
            wanted.iter().try_for_each(|wanted| grams.add(wanted))?;
            Some(grams)
        })
    }

    fn empty(spread: Spread) -> Self {
        let mut table = Box::new([0; SLOTS]);
        // All but the first, which is the slot of 0.
        table[0] = 1;
        let (group, groups) = (Box::new([0; SLOTS]), vec![Vec::new()]);
        Self { table, group, groups, literals: Vec::new(), spread, reach: 0 }
    }

    /// Adds a literal by its rarest grams that find room.
    fn add(&mut self, wanted: &Wanted<'_>) -> Option<()> {
        let literal = wanted.literal;
        let run = |first: usize| literal[first..first + SHORTEST].windows(GRAM).map(number);
        let first = *wanted.runs.iter().find(|first| self.have_room(run(**first)))?;
        for (after, gram) in (first..).zip(run(first)) {
            let slot = self.spread.slot(gram);
            if self.group[slot] == 0 {
                self.group[slot] = u16::try_from(self.groups.len()).ok()?;
                self.groups.push(Vec::new());
                self.table[slot] = gram;
            }
            let place = Place { literal: self.literals.len(), after };
            self.groups[usize::from(self.group[slot])].push(place);
        }
        self.reach = self.reach.max(first + STRIDE);
        self.literals.push(literal.into());
        Some(())
    }

    /// Whether each gram's slot is free or its own already, and no two want the same.
    fn have_room(&self, grams: impl Iterator<Item = u32> + Clone) -> bool {
        grams.clone().enumerate().all(|(n, gram)| {
            let slot = self.spread.slot(gram);
            (self.group[slot] == 0 || self.table[slot] == gram)
                && grams
                    .clone()
                    .take(n)
                    .all(|other| other == gram || self.spread.slot(other) != slot)
        })
    }

    /// Where the first literal of `text` begins.
    pub(super) fn find(&self, text: &[u8]) -> Option<usize> {
        let (blocks, _) = text.as_chunks::<BLOCK>();
        for (n, block) in blocks.iter().enumerate() {
            if self.has_gram(block)
                && let Some(first) = self.first(text, n * BLOCK)
            {
                return Some(first);
            }
        }
        self.first(text, blocks.len() * BLOCK)
    }

    /// Whether a gram of a literal stands in the block where one is looked up.
    fn has_gram(&self, block: &[u8; BLOCK]) -> bool {
        let is_one = |gram: u32| self.table[self.spread.slot(gram)] == gram;
        let (pairs, _) = block.as_chunks::<{ 2 * STRIDE }>();
        // All of them: to ask after each whether it was one costs more. Two of them are one load.
        pairs.iter().fold(false, |found, pair| {
            let pair = u64::from_le_bytes(*pair);
            found | is_one(pair as u32) | is_one((pair >> u32::BITS) as u32)
        })
    }

    /// Where the first literal begins of which a gram stands in the block that begins at `at`.
    #[inline(never)] // What is rare stays out of the loop.
    fn first(&self, text: &[u8], at: usize) -> Option<usize> {
        let (mut first, mut next, mut end) = (None, at, at + BLOCK);
        while next < end && next < text.len() {
            if let Some(start) = self.at(text, next) {
                // A gram further on may be that of a literal that begins before this one.
                let before = *first.get_or_insert(start);
                first = Some(before.min(start));
                end = before.min(start) + self.reach;
            }
            next += STRIDE;
        }
        first
    }

    /// Where the first literal begins that has at `at` the gram by which it is found.
    fn at(&self, text: &[u8], at: usize) -> Option<usize> {
        let gram = u32::from_le_bytes(*text.get(at..)?.first_chunk()?);
        let slot = self.spread.slot(gram);
        if self.table[slot] != gram {
            return None;
        }
        let places = self.groups[usize::from(self.group[slot])].iter();
        let starts = places.filter_map(|place| {
            let start = at.checked_sub(place.after)?;
            text[start..].starts_with(&self.literals[place.literal]).then_some(start)
        });
        starts.min()
    }
}

/// A list in the order of its keys. It is short, so the code may be too.
fn sorted<T>(mut list: Vec<T>, key: impl Fn(&T) -> u64) -> Vec<T> {
    let mut sorted = Vec::with_capacity(list.len());
    while let Some(least) = (0..list.len()).min_by_key(|at| key(&list[*at])) {
        sorted.push(list.remove(least));
    }
    sorted
}

fn number(gram: &[u8]) -> u32 {
    gram.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// How often a gram is met in logs, next to others.
fn frequency(gram: &[u8]) -> u64 {
    let by_bytes: u64 = gram.iter().map(|byte| share(*byte)).product();
    let stands_in = |words| memchr::memmem::find(words, gram).is_some();
    if stands_in(EVERYWHERE) {
        by_bytes * EVERYWHERE_FACTOR
    } else if stands_in(FREQUENT) {
        by_bytes * FREQUENT_FACTOR
    } else {
        by_bytes
    }
}

/// How often a byte is met in logs, next to others.
fn share(byte: u8) -> u64 {
    let by_rank = |rank: usize| 1200 / (rank as u64 + 3);
    match byte {
        b' ' => 900,
        b'0'..=b'9' => 350,
        b'/' | b':' | b'.' | b',' | b'-' | b'_' | b'=' | b'[' | b']' => 200,
        b'A'..=b'Z' => 20,
        _ => b"etaoinsrhldcumfpgwybvkxjqz".iter().position(|b| *b == byte).map_or(1, by_rank),
    }
}
